//! Sanad answers questions from a curated fact base, and never without the source.

pub mod answer;
pub mod app;
pub mod base;
pub mod cli;
pub mod complete;
pub mod config;
pub mod curation;
pub mod date;
pub mod desk;
pub mod discord;
pub mod fact;
pub mod fit;
pub mod image;
pub mod index;
pub mod judge;
pub mod knowledge;
pub mod lexicon;
pub mod operations;
pub mod question;
pub mod similar;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod timeline;
pub mod vectors;
