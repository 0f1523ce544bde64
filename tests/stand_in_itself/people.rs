//! What Discord's client lets people do, and with which roles they do it.

use serde_json::json;
use serenity::all::{
    ChannelId, Command, CommandOptionType, CreateCommand, CreateCommandOption, CreateInteractionResponse, CreateInteractionResponseMessage,
    Event, Interaction as Heard, InteractionContext, RoleId, UserId,
};

use crate::stand_in::{BOT_ID, Interaction, Options, permission};
use crate::{Bot, commands, panic_of, quiet_mentions, refused, started};

/// Settings with an option of each type that names something.
fn settings() -> CreateCommand {
    let option = |kind, name: &str| CreateCommandOption::new(kind, name, "x");
    let set = CreateCommandOption::new(CommandOptionType::SubCommand, "set", "Set")
        .add_sub_option(option(CommandOptionType::Role, "role"))
        .add_sub_option(option(CommandOptionType::Channel, "channel").channel_types(vec![serenity::all::ChannelType::Text]))
        .add_sub_option(option(CommandOptionType::User, "person"))
        .add_sub_option(option(CommandOptionType::Mentionable, "any"))
        .add_sub_option(option(CommandOptionType::String, "word").set_autocomplete(true));
    CreateCommand::new("settings").description("Settings").contexts(vec![InteractionContext::Guild]).add_option(set)
}

/// The roles of who did something, as the bot is told.
async fn roles_told(bot: &Bot, deed: &Interaction) -> Vec<u64> {
    let member = match bot.interaction(deed.id).await {
        Heard::Command(heard) | Heard::Autocomplete(heard) => *heard.member.unwrap(),
        Heard::Component(heard) => heard.member.unwrap(),
        Heard::Modal(heard) => heard.member.unwrap(),
        other => panic!("{other:?}"),
    };
    member.roles.iter().map(|role| role.get()).collect()
}

#[tokio::test]
async fn each_guild_is_told_the_roles_that_are_its_own() {
    let (discord, bot) = started(Options { guilds: 2, ..Options::default() }).await;
    Command::set_global_commands(&bot.http, vec![settings()]).await.unwrap();
    let [here, there] = [discord.guild_at(0), discord.guild_at(1)];
    assert_eq!(discord.guilds().iter().map(|guild| guild.id).collect::<Vec<_>>(), [here.id, there.id]);
    discord.connected(0).await;
    let (moderators, others) = (here.role("moderators"), there.role("moderators"));
    let made = |event: &Event| match event {
        Event::GuildRoleCreate(made) if made.role.id == moderators.id => Some(made.role.clone()),
        _ => None,
    };
    let made = bot.hears("a role", made).await;
    assert_eq!((made.guild_id.get(), made.name.as_str(), made.position), (here.id, "moderators", 1));
    assert_eq!((here.role("moderators"), there.role("moderators")), (moderators.clone(), others.clone()));
    assert_ne!(moderators.id, others.id);

    let anna = discord.user("anna").with_roles(&[moderators.id, others.id]);
    for (guild, role) in [(&here, &moderators), (&there, &others)] {
        let place = guild.general();
        let used = discord.slash(&anna, &place, "settings set", json!({"word": "x"})).await;
        assert_eq!(roles_told(&bot, &used).await, [role.id]);
        let form = json!({"type": 9, "data": {"custom_id": "f", "title": "F", "components": [
            {"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "x", "label": "x", "required": false}]}]}});
        assert_eq!(refused(&bot.http, &used, &form).await, None);
        let typing = discord.autocomplete(&anna, &place, "settings set", json!({"word": "x"}), "word").await;
        let sent = discord.submit(&used, &[]).await;
        let click = discord.forge_click(&anna, &place, "x").await;
        for deed in [typing, sent, click] {
            assert_eq!(roles_told(&bot, &deed).await, [role.id]);
        }
    }
    let made = bot.hears("GUILD_CREATE", |event| if let Event::GuildCreate(made) = event { Some(made.guild.clone()) } else { None }).await;
    assert_eq!(made.roles.len(), 1, "the role that everybody has");
    let joined = discord.join_guild();
    assert_eq!(roles_told(&bot, &discord.slash(&anna, &joined.general(), "settings set", json!({})).await).await, [0; 0]);
    bot.understood_all();
    discord.assert_clean();
}

#[tokio::test]
async fn what_an_option_names_is_sent_along() {
    let (discord, bot) = started(Options { guilds: 2, ..Options::default() }).await;
    Command::set_global_commands(&bot.http, vec![settings()]).await.unwrap();
    let (guild, ben) = (discord.guild(), discord.user("ben"));
    let (role, review) = (guild.role("moderators"), guild.text("review"));
    assert_eq!(guild.text("review").id, review.id, "the same name is the same channel");
    let anna = discord.user("anna").with_roles(&[role.id]).with_permissions(permission::EVERYBODY | permission::MANAGE_GUILD);
    let given = json!({
        "role": role.id.to_string(), "channel": review.id.to_string(), "person": ben.id.to_string(), "any": anna.id.to_string(),
    });
    let used = discord.slash(&anna, &guild.general(), "settings set", given).await;
    let Heard::Command(heard) = bot.interaction(used.id).await else { panic!("no command") };
    let resolved = &heard.data.resolved;
    assert_eq!(resolved.roles[&RoleId::new(role.id)].name, "moderators");
    let channel = &resolved.channels[&ChannelId::new(review.id)];
    assert_eq!((channel.name.as_deref(), channel.permissions.unwrap().bits()), (Some("review"), anna.permissions));
    assert_eq!(resolved.users.len(), 2);
    assert_eq!(resolved.users[&UserId::new(ben.id)].name, "ben");
    assert_eq!(resolved.members[&UserId::new(ben.id)].permissions.unwrap().bits(), permission::EVERYBODY);
    assert_eq!(resolved.members[&UserId::new(anna.id)].roles, [RoleId::new(role.id)]);
    let everybody = discord.slash(&anna, &guild.general(), "settings set", json!({"any": guild.id.to_string()})).await;
    let Heard::Command(heard) = bot.interaction(everybody.id).await else { panic!("no command") };
    assert_eq!(heard.data.resolved.roles[&RoleId::new(guild.id)].name, "@everyone");

    let other = discord.guild_at(1);
    for (option, id) in [
        ("role", other.role("moderators").id),
        ("role", ben.id),
        ("channel", other.general().id),
        ("channel", guild.forum().id),
        ("person", role.id),
        ("any", review.id),
    ] {
        let why = panic_of(discord.slash(&anna, &guild.general(), "settings set", json!({ option: id.to_string() }))).await;
        assert!(why.contains(&format!("the option {option}")) && why.contains("offered"), "{why}");
    }
    bot.understood_all();
    discord.assert_clean();
}

#[tokio::test]
async fn a_command_is_shown_to_those_it_is_for_unless_granted() {
    let (discord, bot) = started(Options::default()).await;
    let locked = CreateCommand::new("locked").description("x").default_member_permissions(serenity::all::Permissions::empty());
    let on_messages = CreateCommand::new("Lock").kind(serenity::all::CommandType::Message);
    let on_messages = on_messages.default_member_permissions(serenity::all::Permissions::MANAGE_MESSAGES);
    let mut all = commands();
    all.extend([settings(), locked, on_messages]);
    Command::set_global_commands(&bot.http, all).await.unwrap();
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let whom = || json!({"whom": anna.id.to_string()});
    let why = panic_of(discord.slash(&anna, &place, "admin mute", whom())).await;
    assert!(why.contains("Discord would not let anna") && why.contains("permissions 0x20"), "{why}");
    let manager = anna.with_permissions(permission::EVERYBODY | permission::MANAGE_GUILD);
    assert!(panic_of(discord.slash(&manager, &place, "locked", json!({}))).await.contains("administrators only"));
    let said = discord.say(&anna, &place, "x").await;
    assert!(panic_of(discord.message_command(&manager, &said, "Lock")).await.contains("permissions 0x2000"));
    let dm = discord.dm(&anna);
    for why in [
        panic_of(discord.slash(&anna, &dm, "settings set", json!({}))).await,
        panic_of(discord.slash_forced(&anna, &dm, "settings set", json!({}))).await,
    ] {
        assert!(why.contains("a context of type 1"), "{why}");
    }
    let mut told = Vec::new();
    for used in [
        discord.slash(&manager, &place, "admin mute", whom()).await,
        discord.slash(&anna.as_administrator(), &place, "locked", json!({})).await,
        discord.message_command(&anna.as_administrator(), &said, "Lock").await,
        discord.slash_forced(&anna, &place, "admin mute", whom()).await,
        discord.autocomplete_forced(&anna, &place, "settings set", json!({"word": "x"}), "word").await,
    ] {
        let (Heard::Command(heard) | Heard::Autocomplete(heard)) = bot.interaction(used.id).await else { panic!("no command") };
        told.push(heard.member.unwrap().permissions.unwrap().manage_guild());
    }
    assert_eq!(told, [true, true, true, false, false], "the bot is told the truth about them");
    discord.assert_clean();
}

#[tokio::test]
async fn what_one_person_sees_is_pressed_by_them_alone_and_can_be_forged_by_others() {
    let (discord, bot) = started(Options { guilds: 2, ..Options::default() }).await;
    Command::set_global_commands(&bot.http, commands()).await.unwrap();
    let (anna, ben, place) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
    let asked = discord.slash(&anna, &place, "ask", json!({"question": "x"})).await;
    let button = json!({"type": 2, "style": 2, "label": "Publish", "custom_id": "publish"});
    let preview =
        json!({"content": "x", "flags": 64, "allowed_mentions": {"parse": []}, "components": [{"type": 1, "components": [button]}]});
    assert_eq!(refused(&bot.http, &asked, &json!({"type": 4, "data": preview})).await, None);
    let preview = discord.response(&asked).await.message().clone();
    assert!(panic_of(discord.click(&ben, &preview, "publish")).await.contains("ben does not see"));
    assert!(panic_of(discord.click(&anna, &preview, "other")).await.contains("nobody can click"));
    let forged = [
        discord.forge_click_on(&ben, &preview, "publish").await,
        discord.forge_click_on(&ben, &preview, "other").await,
        discord.click(&anna, &preview, "publish").await,
    ];
    for (forged, who) in forged.iter().zip([&ben, &ben, &anna]) {
        let Heard::Component(heard) = bot.interaction(forged.id).await else { panic!("no click") };
        assert_eq!((heard.message.id.get(), heard.user.id.get()), (preview.id, who.id));
    }

    // In another guild: on a message that is made up, which nobody else sees, and then on the last that is there.
    let there = discord.guild_at(1).general();
    let alone = discord.forge_click(&ben, &there, "publish").await;
    let Heard::Component(heard) = bot.interaction(alone.id).await else { panic!("no click") };
    assert_eq!((heard.guild_id.map(|id| Some(id.get())), heard.message.author.id.get()), (Some(there.guild), BOT_ID));
    assert!(discord.messages_in(&there).is_empty());
    let change = CreateInteractionResponseMessage::new().content("no").allowed_mentions(quiet_mentions());
    heard.create_response(&bot.http, CreateInteractionResponse::UpdateMessage(change)).await.unwrap();
    assert_eq!(discord.response(&alone).await.message().content(), "no");
    let posted = discord.posted_before(&there, json!({"content": "x"}));
    discord.history(&ben, &there, "later");
    let Heard::Component(heard) = bot.interaction(discord.forge_click(&ben, &there, "publish").await.id).await else { panic!("no click") };
    assert_eq!(heard.message.id.get(), posted.id);

    let sent = discord.forge_submit(&ben, &there, "edit:5", &[("claim", "no"), ("reason", "")]).await;
    let Heard::Modal(heard) = bot.interaction(sent.id).await else { panic!("no form") };
    assert_eq!((heard.data.custom_id.as_str(), heard.data.components.len(), heard.message.is_none()), ("edit:5", 2, true));
    bot.understood_all();
    discord.assert_clean();
}
