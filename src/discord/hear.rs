//! From Discord's events to what was asked, or to nothing. Pure: what a message is to the bot is decided here and nowhere else.

use serenity::all::{ChannelId, GuildId, Message, MessageId, MessageType, MessageUpdateEvent, UserId};

use super::press::{FactKey, Press};

/// How a message came to be a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It mentions the bot.
    Mention,
    /// It replies to a message of the bot, which told this fact, if it told one.
    Reply(Option<FactKey>),
    /// It is a direct message.
    Direct,
    /// It stands in an asking channel; nobody asked the bot by name.
    Unasked,
}

/// A message that may be a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The message.
    pub id: MessageId,
    /// Its channel.
    pub channel: ChannelId,
    /// Its server, unless it is a direct message.
    pub guild: Option<GuildId>,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    pub content: String,
    /// How it came to be a question.
    pub way: Way,
}

/// What a message is to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hearing {
    /// A question, perhaps.
    Question(Heard),
    /// A reply to the bot whose words Discord withholds: its writer switched the mention off.
    Withheld(Heard),
    /// Nothing.
    Nothing,
}

/// Who the bot is and where it listens.
#[derive(Debug, Clone, Copy)]
pub struct Ears {
    /// The bot.
    pub me: UserId,
    /// Whether the message stands in an asking channel.
    pub asking: bool,
}

/// What a message is to the bot.
pub fn hear(ears: Ears, message: &Message) -> Hearing {
    let by_person = !message.author.bot && !message.author.system && message.webhook_id.is_none() && message.author.id != ears.me;
    if !by_person || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
        return Hearing::Nothing;
    }
    let replied = message.referenced_message.as_deref().filter(|replied| replied.author.id == ears.me);
    let mentioned = mentions(ears.me, &message.content) || (replied.is_none() && message.mentions.iter().any(|user| user.id == ears.me));
    let Some(way) = way(ears, message.guild_id, replied, mentioned) else { return Hearing::Nothing };
    let heard = Heard {
        id: message.id,
        channel: message.channel_id,
        guild: message.guild_id,
        author: message.author.id,
        content: message.content.clone(),
        way,
    };
    let says_something = !message.content.trim().is_empty();
    let shows_something = !message.attachments.is_empty() || !message.sticker_items.is_empty() || message.poll.is_some();
    match (says_something, &heard.way) {
        (true, _) => Hearing::Question(heard),
        (false, Way::Reply(_)) if !shows_something => Hearing::Withheld(heard),
        (false, _) => Hearing::Nothing,
    }
}

/// What a message asks after it was edited, if it is a question and its words are shown. Discord tells of link previews as of edits; those
/// have no time of editing.
pub fn hear_edit(ears: Ears, event: &MessageUpdateEvent) -> Option<Heard> {
    event.edited_timestamp?;
    let content = event.content.as_ref().filter(|content| !content.trim().is_empty())?;
    let author = event.author.as_ref().filter(|author| !author.bot && author.id != ears.me && event.webhook_id.flatten().is_none())?;
    let replied = event.referenced_message.as_ref().and_then(|replied| replied.as_deref()).filter(|replied| replied.author.id == ears.me);
    let way = way(ears, event.guild_id, replied, mentions(ears.me, content))?;
    Some(Heard { id: event.id, channel: event.channel_id, guild: event.guild_id, author: author.id, content: content.clone(), way })
}

/// How words come to be a question to the bot, if they do; `replied` is the message of the bot that they reply to.
fn way(ears: Ears, guild: Option<GuildId>, replied: Option<&Message>, mentioned: bool) -> Option<Way> {
    match replied {
        Some(replied) => Some(Way::Reply(told_by(replied))),
        None if guild.is_none() => Some(Way::Direct),
        None if mentioned => Some(Way::Mention),
        None => ears.asking.then_some(Way::Unasked),
    }
}

/// Whether a text mentions somebody.
pub fn mentions(who: UserId, content: &str) -> bool {
    content.contains(&format!("<@{who}>")) || content.contains(&format!("<@!{who}>"))
}

/// The fact that a message of the bot told, read from its buttons.
pub fn told_by(message: &Message) -> Option<FactKey> {
    use serenity::all::{ActionRowComponent, ButtonKind};
    message.components.iter().flat_map(|row| &row.components).find_map(|component| match component {
        ActionRowComponent::Button(button) => match &button.data {
            ButtonKind::NonLink { custom_id, .. } => Press::read(custom_id)?.told().cloned(),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ME: UserId = UserId::new(1);

    fn user(id: u64, bot: bool) -> Value {
        json!({"id": id.to_string(), "username": "x", "discriminator": "0000", "avatar": null, "bot": bot})
    }

    /// A message as Discord sends it, with some fields set otherwise.
    fn message(fields: Value) -> Message {
        let mut message = json!({
            "id": "10", "channel_id": "20", "guild_id": "30", "author": user(2, false), "content": "when did it end", "timestamp": "2022-06-02T00:00:00+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "type": 0,
            "components": []
        });
        let (Value::Object(into), Value::Object(from)) = (&mut message, fields) else { panic!("objects") };
        into.extend(from);
        into.retain(|_, value| *value != json!("left out"));
        serde_json::from_value(message).unwrap()
    }

    fn way(fields: Value, asking: bool) -> Option<Way> {
        match hear(Ears { me: ME, asking }, &message(fields)) {
            Hearing::Question(heard) => Some(heard.way),
            Hearing::Withheld(_) | Hearing::Nothing => None,
        }
    }

    fn answer_by(author: u64, custom_id: &str) -> Value {
        let button = json!({"type": 2, "style": 2, "label": "Sources", "custom_id": custom_id});
        let mut answer = serde_json::to_value(message(json!({"author": user(author, true)}))).unwrap();
        answer["components"] = json!([{"type": 1, "components": [button]}]);
        answer
    }

    #[test]
    fn each_way_of_asking_is_told_apart() {
        let mention = json!({"content": "<@1> when did it end", "mentions": [user(1, true)]});
        assert_eq!(way(mention, false), Some(Way::Mention));
        assert_eq!(way(json!({"content": "<@!1> when"}), false), Some(Way::Mention));
        assert_eq!(way(json!({"guild_id": "left out"}), false), Some(Way::Direct));
        assert_eq!(way(json!({}), true), Some(Way::Unasked));
        assert_eq!(way(json!({}), false), None, "talk among people");
        assert_eq!(way(json!({"content": "<@3> when did it end"}), false), None, "somebody else was asked");
        let Some(Way::Reply(Some(told))) = way(json!({"type": 19, "referenced_message": answer_by(1, "1:s:seed-001")}), false) else {
            panic!("a reply to the bot")
        };
        assert_eq!(told.as_str(), "seed-001");
        assert_eq!(way(json!({"type": 19, "referenced_message": answer_by(1, "1:d:ff")}), false), Some(Way::Reply(None)));
        assert_eq!(way(json!({"type": 19, "referenced_message": answer_by(5, "1:s:seed-001")}), false), None, "a reply to somebody else");
    }

    #[test]
    fn machines_are_not_heard() {
        for fields in [
            json!({"author": user(2, true), "guild_id": "left out"}),
            json!({"author": user(1, true), "guild_id": "left out"}),
            json!({"webhook_id": "99", "content": "<@1> when"}),
            json!({"type": 7, "content": "<@1> joined"}),
            json!({"content": "<@1>", "type": 6}),
        ] {
            assert_eq!(hear(Ears { me: ME, asking: true }, &message(fields.clone())), Hearing::Nothing, "{fields}");
        }
    }

    #[test]
    fn a_reply_whose_words_are_withheld_is_noticed() {
        let fields = json!({"type": 19, "content": "", "referenced_message": answer_by(1, "1:s:seed-001")});
        assert!(matches!(hear(Ears { me: ME, asking: false }, &message(fields)), Hearing::Withheld(_)));
        assert_eq!(hear(Ears { me: ME, asking: true }, &message(json!({"content": " "}))), Hearing::Nothing, "a picture");
    }
}
