//! JSON objects: serde also reads a struct from an array, in the order of its fields, which orders and tokens must not be.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Reads `T` from an object, and from nothing else.
#[derive(Debug)]
pub(crate) struct JsonObject<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Point {
        x: i64,
    }

    #[test]
    fn rejects_arrays() {
        let read = |text| serde_json::from_str::<JsonObject<Point>>(text).map(|it| it.0.x);
        assert_eq!(read(r#"{"x":1}"#).unwrap(), 1);
        let refused = read("[1]").unwrap_err().to_string();
        assert!(refused.contains("expected a JSON object"), "{refused}");
        for text in [r#"{"x":1,"x":2}"#, r#"{"y":1}"#, "1", "null", "\"x\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
