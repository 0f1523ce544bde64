//! Forms: what a person is shown, and what Discord's client lets them send.

use serde_json::{Value, json};

use super::Discord;
use super::handles::Interaction;
use super::presses::Act;
use super::talks::{deed, first};

/// Characters of a text at most, where the form does not say less.
const LONGEST: usize = 4000;

/// A form as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// What stands above it.
    pub(crate) title: String,
    /// What it carries.
    pub(crate) custom_id: String,
    /// Its fields, from above.
    pub(crate) fields: Vec<Field>,
}

/// How a field is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One line.
    Short,
    /// Many lines.
    Paragraph,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// What it is called when the form is sent.
    pub(crate) custom_id: String,
    /// What stands above it.
    pub(crate) label: String,
    /// How it is shown.
    pub(crate) style: Style,
    /// What stands in it before anybody types.
    pub(crate) value: String,
    /// What is shown where nothing stands in it.
    pub(crate) placeholder: String,
    /// Whether something must stand in it.
    pub(crate) required: bool,
    /// Characters at least, where anything stands in it.
    pub(crate) min_length: usize,
    /// Characters at most.
    pub(crate) max_length: usize,
}

impl Form {
    /// Reads the data of a response that shows a form.
    pub(super) fn read(data: &Value) -> Self {
        let text = |json: &Value| json.as_str().unwrap_or_default().to_owned();
        let number = |json: &Value, or: usize| json.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(or);
        let rows = data["components"].as_array().into_iter().flatten();
        let inputs = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
        let field = |input: &Value| Field {
            custom_id: text(&input["custom_id"]),
            label: text(&input["label"]),
            style: if input["style"] == 2 { Style::Paragraph } else { Style::Short },
            value: text(&input["value"]),
            placeholder: text(&input["placeholder"]),
            // Discord's default, which is easily overlooked.
            required: input["required"] != false,
            min_length: number(&input["min_length"], 0),
            max_length: number(&input["max_length"], LONGEST),
        };
        Self { title: text(&data["title"]), custom_id: text(&data["custom_id"]), fields: inputs.map(field).collect() }
    }

    /// The field with that `custom_id`.
    #[track_caller]
    pub(crate) fn field(&self, custom_id: &str) -> &Field {
        match self.fields.iter().find(|field| field.custom_id == custom_id) {
            Some(field) => field,
            None => panic!("no field {custom_id:?} in {self:#?}"),
        }
    }

    /// What is sent where these fields are typed and the others stay as they are; why Discord's client would not send it.
    fn filled(&self, typed: &[(&str, &str)]) -> Result<Value, String> {
        if let Some((name, _)) = typed.iter().find(|(name, _)| self.fields.iter().all(|field| field.custom_id != *name)) {
            return Err(format!("there is no field {name}"));
        }
        let mut filled = Vec::new();
        for field in &self.fields {
            let value = typed.iter().find(|(name, _)| field.custom_id == *name).map_or(field.value.as_str(), |(_, value)| *value);
            field.takes(value).map_err(|why| format!("the field {}: {why}", field.custom_id))?;
            filled.push((field.custom_id.as_str(), value));
        }
        Ok(rows(&filled))
    }
}

impl Field {
    /// Whether Discord's client lets a person send this value.
    fn takes(&self, value: &str) -> Result<(), String> {
        let length = value.chars().count();
        if length == 0 {
            return if self.required { Err("it is required, and empty".to_owned()) } else { Ok(()) };
        }
        if !(self.min_length..=self.max_length).contains(&length) {
            return Err(format!("{length} characters; {} to {} are allowed", self.min_length, self.max_length));
        }
        if self.style == Style::Short && value.contains('\n') {
            return Err("nobody can break a line in it".to_owned());
        }
        Ok(())
    }
}

/// The fields of a form as they are sent, one a row.
pub(super) fn rows(fields: &[(&str, &str)]) -> Value {
    let row = |((custom_id, value), at): (&(&str, &str), u64)| {
        let input = json!({"type": 4, "id": at + 1, "custom_id": custom_id, "value": value});
        json!({"type": 1, "id": at, "components": [input]})
    };
    fields.iter().zip((1_u64..).step_by(2)).map(row).collect()
}

impl Discord {
    /// Waits for the form that the bot answers an interaction by; panics where it answers by something else.
    pub(crate) async fn form(&self, shown: &Interaction) -> Form {
        let response = self.first_response(shown).await;
        assert!(response.kind == first::MODAL, "the response to {} is no form: {}", shown.payload["data"], response.text());
        Form::read(&response.data)
    }

    /// The person who was shown a form sends it. Fields are named by their `custom_id`; one that is not named keeps what stood in it.
    /// Panics where Discord's client would not send the form: something required is missing, too long or too short.
    pub(crate) async fn submit(&self, shown: &Interaction, typed: &[(&str, &str)]) -> Interaction {
        let form = self.form(shown).await;
        self.heard(shown.channel.guild).await;
        let components = match form.filled(typed) {
            Ok(components) => components,
            Err(why) => panic!("Discord would not let {} send the form {:?}: {why}", shown.user.name, form.title),
        };
        let data = json!({"custom_id": form.custom_id, "components": components});
        let on = self.0.look(|world| world.talks.get(&shown.token).and_then(|talk| talk.on));
        self.act(Act { kind: deed::MODAL, user: &shown.user, channel: &shown.channel, data, command: None, on })
    }
}
