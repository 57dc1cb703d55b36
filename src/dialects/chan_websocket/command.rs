//! What Asterisk is told, plain or as JSON.

use serde::Serialize;

pub(super) const ANSWER: &str = "ANSWER";
pub(super) const HANGUP: &str = "HANGUP";
pub(super) const FLUSH: &str = "FLUSH_MEDIA";
pub(super) const MARK: &str = "MARK_MEDIA";
pub(super) const STATUS: &str = "GET_STATUS";

/// How control messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Json,
}

/// The text of a command, and of the mark that it names. It is shorter than the 128 bytes beyond
/// which Asterisk ignores it.
pub(super) fn command(form: Form, command: &'static str, mark: Option<u32>) -> String {
    let id = mark.map(|mark| mark.to_string());
    match (form, id) {
        (Form::Plain, None) => command.to_owned(),
        (Form::Plain, Some(id)) => format!("{command} {id}"),
        (Form::Json, correlation_id) => {
            serde_json::to_string(&Json { command, correlation_id }).unwrap_or_default()
        }
    }
}

#[derive(Serialize)]
struct Json {
    command: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_the_form_that_asterisk_speaks() {
        assert_eq!(command(Form::Plain, HANGUP, None), "HANGUP");
        assert_eq!(command(Form::Plain, MARK, Some(7)), "MARK_MEDIA 7");
        assert_eq!(command(Form::Json, ANSWER, None), r#"{"command":"ANSWER"}"#);
        assert_eq!(
            command(Form::Json, MARK, Some(7)),
            r#"{"command":"MARK_MEDIA","correlation_id":"7"}"#
        );
    }

    #[test]
    fn no_command_is_too_long_for_asterisk() {
        for form in [Form::Plain, Form::Json] {
            assert!(command(form, MARK, Some(u32::MAX)).len() <= 128);
        }
    }
}
