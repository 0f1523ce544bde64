//! Application commands: what is registered, and what a person's choice of one looks like to the bot.

use serde_json::{Map, Value, json};

use super::handles::User;
use super::rest::Answer;
use super::world::{World, permission};
use super::{APPLICATION_ID, Discord, events};

/// What a person types into a slash command.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub(super) user: &'a User,
    pub(super) guild: Option<u64>,
    /// The command's name, with its group and subcommand, if it has them.
    pub(super) path: &'a str,
    /// The options.
    pub(super) given: &'a Value,
    /// The option that is being typed, where it completes itself.
    pub(super) focused: Option<&'a str>,
}

/// Who is shown a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// Those with the permissions that it was registered with.
    AsRegistered,
    /// Whom an administrator has granted it.
    Granted,
}

/// Why Discord's client does not show a command to a person in a guild, or in direct messages.
pub(super) fn withheld(command: &Value, user: &User, guild: Option<u64>, rights: Rights) -> Result<(), String> {
    let place = json!(u64::from(guild.is_none()));
    let elsewhere = command["contexts"].as_array().is_some_and(|contexts| !contexts.contains(&place));
    if elsewhere || (guild.is_none() && command["dm_permission"] == false) {
        return Err(format!("it is not offered in a context of type {place}"));
    }
    let asked = &command["default_member_permissions"];
    let asked = asked.as_str().and_then(|bits| bits.parse::<u64>().ok()).or_else(|| asked.as_u64());
    let administers = user.permissions & permission::ADMINISTRATOR != 0;
    match asked.filter(|_| guild.is_some() && !administers && rights == Rights::AsRegistered) {
        // Nobody but administrators.
        Some(0) => Err("it is shown to administrators only".to_owned()),
        Some(bits) if user.permissions & bits != bits => Err(format!("it is shown to those with permissions {bits:#x} only")),
        _ => Ok(()),
    }
}

impl World {
    pub(super) fn commands_route(&mut self, guild: Option<u64>, method: &str, body: &Value) -> Answer {
        if guild.is_some_and(|guild| !self.guilds.contains_key(&guild)) {
            return Answer::error(403, 50001, "Missing Access");
        }
        match method {
            "GET" => {}
            "POST" => {
                let (known, command) = self.register(guild, body);
                return Answer { status: if known { 200 } else { 201 }, ..Answer::ok(command) };
            }
            _ => {
                let bodies = body.as_array().cloned().unwrap_or_default();
                let kept: Vec<Value> = bodies.iter().map(|body| self.register(guild, body).1["id"].clone()).collect();
                self.commands.retain(|(of, _), command| *of != guild || kept.contains(&command["id"]));
            }
        }
        Answer::ok(self.commands.range((guild, 0)..=(guild, u64::MAX)).map(|(_, command)| command.clone()).collect())
    }

    pub(super) fn command_route(&mut self, guild: Option<u64>, id: u64, method: &str, body: &Value) -> Answer {
        let Some(command) = self.commands.get(&(guild, id)) else { return Answer::error(404, 10063, "Unknown application command") };
        match method {
            "GET" => Answer::ok(command.clone()),
            "DELETE" => {
                self.commands.remove(&(guild, id));
                Answer::empty(204)
            }
            _ => {
                let mut changed = command.clone();
                for (field, value) in body.as_object().into_iter().flatten() {
                    changed[field] = value.clone();
                }
                changed["version"] = json!(self.next_id().to_string());
                self.commands.insert((guild, id), changed.clone());
                Answer::ok(changed)
            }
        }
    }

    /// Registers a command, in the place of one with the same name and type; says whether there was one.
    fn register(&mut self, guild: Option<u64>, body: &Value) -> (bool, Value) {
        let kind = body["type"].as_u64().unwrap_or(1);
        let same = |command: &Value| command["name"] == body["name"] && command["type"] == kind;
        let known = self.commands.range((guild, 0)..=(guild, u64::MAX)).find(|(_, command)| same(command)).map(|((_, id), _)| *id);
        let id = known.unwrap_or_else(|| self.next_id());
        let mut command = json!({
            "id": id.to_string(), "application_id": APPLICATION_ID.to_string(), "version": self.next_id().to_string(), "type": kind,
            "description": "", "default_member_permissions": null, "nsfw": false, "integration_types": [0], "contexts": null,
            "name_localizations": null, "description_localizations": null,
        });
        if let Some(guild) = guild {
            command["guild_id"] = json!(guild.to_string());
        }
        for (field, value) in body.as_object().into_iter().flatten().filter(|(field, _)| *field != "id") {
            command[field] = value.clone();
        }
        self.commands.insert((guild, id), command.clone());
        (known.is_some(), command)
    }

    /// A command as a person in a guild, or in direct messages, finds it by its name.
    pub(super) fn command(&self, guild: Option<u64>, kind: u64, name: &str) -> Option<&Value> {
        let of = |scope: Option<u64>| {
            let mut commands = self.commands.range((scope, 0)..=(scope, u64::MAX)).map(|(_, command)| command);
            commands.find(|command| command["type"] == kind && command["name"] == name)
        };
        guild.and_then(|guild| of(Some(guild))).or_else(|| of(None))
    }

    /// The data of a slash command as it is sent; why Discord's client would not send it.
    pub(super) fn command_data(&self, typed: &Typed<'_>, rights: Rights) -> Result<Value, String> {
        let mut names = typed.path.split(' ');
        let name = names.next().unwrap_or_default();
        let command = self.command(typed.guild, 1, name).ok_or_else(|| format!("there is no command /{name}"))?;
        withheld(command, typed.user, typed.guild, rights)?;
        let mut resolved = Map::new();
        let options = self.chosen(typed, command, &mut names, &mut resolved)?;
        let mut data = json!({"id": command["id"], "name": name, "type": 1});
        if !options.is_empty() {
            data["options"] = Value::Array(options);
        }
        if let Some(guild) = command.get("guild_id") {
            data["guild_id"] = guild.clone();
        }
        if !resolved.is_empty() {
            data["resolved"] = Value::Object(resolved);
        }
        Ok(data)
    }

    fn chosen(
        &self,
        typed: &Typed<'_>,
        of: &Value,
        names: &mut dyn Iterator<Item = &str>,
        resolved: &mut Map<String, Value>,
    ) -> Result<Vec<Value>, String> {
        let described: Vec<&Value> = of["options"].as_array().into_iter().flatten().collect();
        if let Some(name) = names.next() {
            let chosen = described.iter().find(|option| option["name"] == name && matches!(option["type"].as_u64(), Some(1 | 2)));
            let chosen = chosen.ok_or_else(|| format!("there is no subcommand {name}"))?;
            let options = self.chosen(typed, chosen, names, resolved)?;
            return Ok(vec![json!({"name": name, "type": chosen["type"], "options": options})]);
        }
        let (focused, given) = (typed.focused, typed.given.as_object().cloned().unwrap_or_default());
        if let Some(name) = given.keys().find(|name| !described.iter().any(|option| option["name"] == **name)) {
            return Err(format!("there is no option {name}"));
        }
        let mut options = Vec::new();
        for option in described {
            let name = option["name"].as_str().unwrap_or_default();
            let Some(value) = given.get(name) else {
                if option["required"] == true && focused.is_none() {
                    return Err(format!("the option {name} is required"));
                }
                continue;
            };
            let is_focused = focused == Some(name);
            if !is_focused {
                let fits = fits(option, value).and_then(|()| self.resolve(typed, option, value, resolved));
                fits.map_err(|why| format!("the option {name}: {value} {why}"))?;
            }
            let mut filled = json!({"name": name, "type": option["type"], "value": value});
            if is_focused {
                filled["focused"] = json!(true);
            }
            options.push(filled);
        }
        match focused {
            Some(name) if !options.iter().any(|option| option["name"] == name) => Err(format!("the option {name} has focus and no value")),
            _ => Ok(options),
        }
    }

    /// Adds the person, role or channel that an option's value names to `resolved`; why Discord's client would not offer it.
    fn resolve(&self, typed: &Typed<'_>, option: &Value, value: &Value, resolved: &mut Map<String, Value>) -> Result<(), String> {
        let Some((kind, id)) = option["type"].as_u64().filter(|kind| (6..=9).contains(kind)).zip(value.as_str()) else { return Ok(()) };
        let number = id.parse::<u64>().unwrap_or_default();
        let mut add = |list: &str, json: Value| {
            resolved.entry(list).or_insert_with(|| json!({}))[id] = json;
        };
        let permissions = typed.user.permissions.to_string();
        let person = self.people.get(&number).filter(|_| matches!(kind, 6 | 9));
        let role = typed.guild.filter(|_| matches!(kind, 8 | 9)).map(|guild| self.role_json(guild, number)).filter(Value::is_object);
        let channel = self.channels.get(&number).filter(|state| kind == 7 && typed.guild.is_some() && state.guild == typed.guild);
        if let Some(person) = person {
            add("users", events::user(person));
            if let Some(guild) = typed.guild {
                // Whose roles are known is only who acts: a handle carries them.
                let who = if person.id == typed.user.id { typed.user } else { person };
                let mut member = events::member(&self.roles_in(guild, &who.roles));
                member["permissions"] = json!(who.permissions.to_string());
                if let Some(fields) = member.as_object_mut() {
                    // Members without what the list of users has, or what concerns voices.
                    fields.retain(|field, _| !matches!(field.as_str(), "deaf" | "mute"));
                }
                add("members", member);
            }
        } else if let Some(role) = role {
            add("roles", role);
        } else if let Some(state) = channel {
            let mut offered = option["channel_types"].as_array().into_iter().flatten().peekable();
            if offered.peek().is_some() && !offered.any(|kind| *kind == state.kind) {
                return Err(format!("is a channel of type {}, which is not offered", state.kind));
            }
            let mut channel = events::channel(self, number, state);
            channel["permissions"] = json!(permissions);
            if let Some(fields) = channel.as_object_mut() {
                fields.remove("permission_overwrites");
            }
            add("channels", channel);
        } else {
            return Err("is nothing that is offered here".to_owned());
        }
        Ok(())
    }
}

/// Whether Discord's client would let a person send this value.
fn fits(option: &Value, value: &Value) -> Result<(), String> {
    let right_type = match option["type"].as_u64() {
        Some(3) => value.is_string(),
        Some(4) => value.is_i64(),
        Some(5) => value.is_boolean(),
        Some(6..=9 | 11) => value.as_str().is_some_and(|id| id.parse::<u64>().is_ok()),
        Some(10) => value.is_number(),
        _ => false,
    };
    if !right_type {
        return Err(format!("is not of type {}", option["type"]));
    }
    let choices = option["choices"].as_array().filter(|choices| !choices.is_empty());
    if choices.is_some_and(|choices| !choices.iter().any(|choice| choice["value"] == *value)) {
        return Err("is none of the choices".to_owned());
    }
    if let Some(length) = value.as_str().map(|text| text.chars().count() as u64) {
        let most = option["max_length"].as_u64().unwrap_or(6000);
        let least = option["min_length"].as_u64().unwrap_or(u64::from(option["required"] == true));
        if length > most || length < least {
            return Err(format!("has {length} characters; {least} to {most} are allowed"));
        }
    }
    if let Some(number) = value.as_f64() {
        let beyond = |bound: &str, over: fn(&f64, &f64) -> bool| option[bound].as_f64().is_some_and(|bound| over(&number, &bound));
        if beyond("max_value", f64::gt) || beyond("min_value", f64::lt) {
            return Err("is out of bounds".to_owned());
        }
    }
    Ok(())
}

impl Discord {
    /// The registered commands that everybody sees.
    pub(crate) fn commands(&self) -> Vec<Value> {
        self.0.look(|world| world.commands.iter().filter(|((guild, _), _)| guild.is_none()).map(|(_, command)| command.clone()).collect())
    }

    /// Waits until a command is registered, for all or in the first guild.
    pub(crate) async fn registered(&self, name: &str) -> Value {
        let found = |world: &World| world.commands.values().find(|command| command["name"] == name).cloned();
        self.until(&format!("the command {name}"), found).await
    }
}
