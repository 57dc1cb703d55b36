//! `--name value` pairs; a name may come more than once.

use std::str::FromStr;

use crate::Failure;

pub struct Args(Vec<(String, String)>);

impl Args {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut pairs = Vec::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or_else(|| format!("{word} is no option"))?;
            let value = words.next().ok_or_else(|| format!("--{name} has no value"))?;
            pairs.push((name.to_owned(), value));
        }
        Ok(Self(pairs))
    }

    /// The option's value, or `default` where it was not given.
    pub fn get<T: FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        Ok(self.all(name)?.pop().unwrap_or(default))
    }

    pub fn required<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.all(name)?.pop().ok_or_else(|| format!("--{name} is missing").into())
    }

    /// All values of an option that may be repeated.
    pub fn all<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Failure> {
        self.0
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.parse().map_err(|_| format!("--{name} {value}?").into()))
            .collect()
    }
}
