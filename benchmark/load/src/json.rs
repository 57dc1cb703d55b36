//! As much of JSON as results need: objects of numbers, of pairs and of other objects.

use std::fmt::{self, Display};

#[derive(Default)]
pub struct Object(Vec<(&'static str, String)>);

impl Object {
    /// A number; null where there is none.
    pub fn number(self, name: &'static str, value: f64) -> Self {
        self.raw(name, number(value))
    }

    pub fn object(self, name: &'static str, value: Object) -> Self {
        self.raw(name, value.to_string())
    }

    pub fn pairs(self, name: &'static str, pairs: Vec<(f64, f64)>) -> Self {
        let pairs = pairs.into_iter().map(|(a, b)| format!("[{},{}]", number(a), number(b)));
        self.raw(name, format!("[{}]", pairs.collect::<Vec<_>>().join(",")))
    }

    fn raw(mut self, name: &'static str, value: String) -> Self {
        self.0.push((name, value));
        self
    }
}

impl Display for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.0.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        write!(out, "{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{}", (value * 1e6).round() / 1e6) } else { "null".to_owned() }
}
