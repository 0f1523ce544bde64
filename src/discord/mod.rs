//! The Discord bot. Serenity and poise appear only here.
//!
//! An event becomes a plain view of it ([`hear`]), the question goes to [`crate::app::App`], the answer becomes a [`reply::Reply`]
//! ([`render`]), and one place sends it ([`rest`]).

pub mod bot;
mod clearing;
mod commands;
pub mod doctor;
mod events;
mod following;
pub mod form;
mod gate;
mod gateway;
pub mod hear;
mod interactions;
pub mod ledger;
pub mod limits;
pub mod markdown;
mod moderation;
mod places;
pub mod press;
pub mod register;
pub mod render;
pub mod reply;
pub mod rest;
pub mod secret;
pub mod send;
mod serve;
mod sharing;
pub mod timeline;
mod watch;

pub use serve::{Setup, StartError, serve};
