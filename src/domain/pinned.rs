//! Enums whose numbers and names are pinned for ever.

/// Declares an enum with pinned numbers and names: the one place that relates a
/// Rust variant, its protobuf number and its lower-case name.
macro_rules! pinned {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal, $text:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant = $number,)+ }

        impl $name {
            /// All values in order of their number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The pinned protobuf number.
            pub const fn number(self) -> i32 { self as i32 }
            /// The value of a protobuf number; `None` for 0 and unknown numbers.
            pub const fn from_number(number: i32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
            /// The name in messages and documents.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
            /// The value of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.name()) }
        }
    };
}

pub(crate) use pinned;
