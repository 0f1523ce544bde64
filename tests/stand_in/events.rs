//! The JSON that Discord writes: people, places, messages, interactions.

use serde_json::{Map, Value, json};

use super::handles::{Channel, User};
use super::world::{ChannelState, Stored, World, kind};
use super::{APPLICATION_ID, BOT_ID};

/// The time that an id says.
pub(super) fn time_of(id: u64) -> String {
    const EPOCH: u64 = 1_420_070_400_000;
    let milliseconds = i64::try_from((id >> 22) + EPOCH).unwrap_or_default();
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// A user.
pub(super) fn user(user: &User) -> Value {
    let mut json = json!({
        "id": user.id.to_string(), "username": user.name, "global_name": null, "discriminator": "0", "avatar": null,
        "avatar_decoration_data": null, "collectibles": null, "clan": null, "primary_guild": null, "public_flags": 0,
    });
    if user.bot {
        json["bot"] = Value::Bool(true);
    } else {
        json["global_name"] = Value::String(user.name.clone());
    }
    json
}

/// What a guild knows of a person who has these roles there.
pub(super) fn member(roles: &[u64]) -> Value {
    json!({
        "roles": roles.iter().map(u64::to_string).collect::<Vec<_>>(), "nick": null, "avatar": null, "banner": null,
        "joined_at": "2021-11-09T08:00:00.000000+00:00",
        "premium_since": null, "communication_disabled_until": null, "deaf": false, "mute": false, "pending": false, "flags": 0,
    })
}

/// A role.
pub(super) fn role(id: u64, name: &str, position: u64, permissions: u64) -> Value {
    json!({
        "id": id.to_string(), "name": name, "color": 0, "hoist": false, "icon": null, "unicode_emoji": null, "position": position,
        "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null}, "managed": false, "mentionable": false,
        "permissions": permissions.to_string(), "flags": 0,
    })
}

/// A channel, in full.
pub(super) fn channel(world: &World, id: u64, state: &ChannelState) -> Value {
    let last = state.messages.last().map(u64::to_string);
    let mut json = json!({"id": id.to_string(), "type": state.kind, "last_message_id": last, "flags": 0});
    match (state.guild, state.recipient.and_then(|id| world.people.get(&id))) {
        (Some(guild), _) => {
            json["guild_id"] = json!(guild.to_string());
            json["name"] = json!(state.name);
            json["parent_id"] = json!(state.parent.map(|id| id.to_string()));
            json["permission_overwrites"] = json!([]);
            json["position"] = json!(0);
            json["nsfw"] = json!(false);
            json["rate_limit_per_user"] = json!(0);
            json["topic"] = Value::Null;
        }
        (None, recipient) => json["recipients"] = json!([recipient.map(user)]),
    }
    if state.kind == kind::THREAD {
        let made = time_of(201_600_000_000 << 22);
        json["owner_id"] = json!(BOT_ID.to_string());
        json["message_count"] = json!(state.messages.len());
        json["member_count"] = json!(2);
        json["total_message_sent"] = json!(state.messages.len());
        json["thread_metadata"] = json!({
            "archived": false, "auto_archive_duration": 1440, "archive_timestamp": made, "create_timestamp": made, "locked": false,
        });
    }
    if state.kind == kind::FORUM {
        json["available_tags"] = json!([]);
        json["default_reaction_emoji"] = Value::Null;
        json["default_sort_order"] = Value::Null;
        json["default_forum_layout"] = json!(0);
    }
    json
}

/// A guild that became available.
pub(super) fn guild(world: &World, id: u64) -> Value {
    let state = &world.guilds[&id];
    let (threads, channels): (Vec<_>, Vec<_>) = state
        .channels
        .iter()
        .filter_map(|id| Some((id, world.channels.get(id)?)))
        .map(|(id, state)| (state.kind == kind::THREAD, channel(world, *id, state)))
        .partition(|(is_thread, _)| *is_thread);
    let values = |pairs: Vec<(bool, Value)>| pairs.into_iter().map(|(_, json)| json).collect::<Vec<_>>();
    let roles: Vec<Value> = [id].into_iter().chain(world.roles.keys().copied()).map(|role| world.role_json(id, role)).collect();
    let mut bot = member(&[]);
    bot["user"] = json!(world.people.get(&BOT_ID).map(user));
    let mut json = json!({
        "id": id.to_string(), "name": state.name, "owner_id": "1", "afk_timeout": 300, "max_members": 500_000, "member_count": 2,
        "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "preferred_locale": "en-US",
        "joined_at": "2021-11-09T08:00:00.000000+00:00", "members": [bot], "channels": values(channels), "threads": values(threads),
        "roles": roles.into_iter().filter(Value::is_object).collect::<Vec<_>>(),
    });
    let mut fill = |value: Value, fields: &str| fields.split_whitespace().for_each(|field| json[field] = value.clone());
    fill(
        Value::Null,
        "icon splash discovery_splash afk_channel_id widget_channel_id application_id system_channel_id rules_channel_id max_presences \
         vanity_url_code description banner public_updates_channel_id safety_alerts_channel_id incidents_data",
    );
    fill(
        json!(0),
        "verification_level default_message_notifications explicit_content_filter mfa_level system_channel_flags premium_tier \
         premium_subscription_count nsfw_level",
    );
    fill(json!(false), "widget_enabled nsfw premium_progress_bar_enabled large unavailable");
    fill(json!([]), "emojis features stickers voice_states presences stage_instances guild_scheduled_events soundboard_sounds");
    json
}

/// A message without what it says, as it is for those who have no right to it.
fn hidden(mut json: Value) -> Value {
    json["content"] = json!("");
    for list in ["embeds", "components", "attachments"] {
        json[list] = json!([]);
    }
    json
}

/// A message with the one it replies to, which may be gone by now.
pub(super) fn with_reference(world: &World, stored: &Stored, hide: bool) -> Value {
    let show = |stored: &Stored| if hide && !stored.concerns_bot { hidden(stored.json.clone()) } else { stored.json.clone() };
    let mut json = show(stored);
    let of = json["message_reference"]["message_id"].as_str().and_then(|id| id.parse::<u64>().ok());
    if let Some(of) = of {
        json["referenced_message"] = world.messages.get(&of).map_or(Value::Null, show);
    }
    json
}

/// A message as the gateway sends it: with its guild and what that knows of the author.
pub(super) fn message_event(world: &World, stored: &Stored, hide: bool) -> Value {
    let mut json = with_reference(world, stored, hide);
    if let Some(guild) = stored.guild {
        json["guild_id"] = json!(guild.to_string());
        if json["webhook_id"].is_null() {
            json["member"] = member(&[]);
        }
    }
    if let Some(channel) = world.channels.get(&stored.channel) {
        json["channel_type"] = json!(channel.kind);
    }
    json
}

/// Who did what where, as an interaction tells it.
pub(super) struct Deed<'a> {
    pub(super) id: u64,
    pub(super) token: &'a str,
    pub(super) kind: u64,
    pub(super) user: &'a User,
    pub(super) channel: &'a Channel,
    pub(super) data: Value,
    pub(super) message: Option<Value>,
}

/// An interaction.
pub(super) fn interaction(world: &World, deed: Deed<'_>) -> Value {
    let mut json = json!({
        "id": deed.id.to_string(), "application_id": APPLICATION_ID.to_string(), "type": deed.kind, "token": deed.token, "version": 1,
        "data": deed.data, "channel_id": deed.channel.id.to_string(), "locale": deed.user.locale, "entitlements": [],
        "entitlement_sku_ids": [], "attachment_size_limit": 10_485_760,
    });
    if let Some(state) = world.channels.get(&deed.channel.id) {
        let mut place = channel(world, deed.channel.id, state);
        if state.guild.is_some() {
            place["permissions"] = json!(deed.user.permissions.to_string());
        }
        json["channel"] = place;
        json["app_permissions"] = json!(state.permissions.to_string());
    }
    if let Some(message) = deed.message {
        json["message"] = message;
    }
    let person = user(deed.user);
    if let Some(guild) = deed.channel.guild {
        let mut who = member(&world.roles_in(guild, &deed.user.roles));
        who["user"] = person;
        who["permissions"] = json!(deed.user.permissions.to_string());
        json["member"] = who;
        json["guild_id"] = json!(guild.to_string());
        json["guild"] = json!({"id": guild.to_string(), "locale": "en-US", "features": []});
        json["guild_locale"] = json!("en-US");
        json["context"] = json!(0);
        json["authorizing_integration_owners"] = json!({"0": guild.to_string()});
    } else {
        json["user"] = person;
        json["context"] = json!(1);
        json["authorizing_integration_owners"] = json!({"0": "0"});
    }
    json
}

/// Objects by their ids, as `resolved` holds them.
pub(super) fn by_id(entries: impl IntoIterator<Item = (u64, Value)>) -> Value {
    Value::Object(entries.into_iter().map(|(id, json)| (id.to_string(), json)).collect::<Map<_, _>>())
}
