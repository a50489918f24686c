//! Enums as tables: each variant once, with its code and its other properties.

/// Declares an enum with a code for each variant, and with a text for people if the head names a second method: `enum Role:
/// as_str, label { Reader = "reader", "Reader"; }`. A code is stored and sent, so it never changes; the text may be reworded.
/// The enum has `ALL`, the method that returns the code, and `parse`, which returns `None` for an unknown code.
#[macro_export]
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: $code_of:ident { $($(#[$doc:meta])* $variant:ident = $code:literal;)+ }
    ) => {
        $(#[$meta])*
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every variant, in the order of its declaration.
            $vis const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// Returns the code, which is stored and sent.
            $vis fn $code_of(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Parses a code; returns `None` for an unknown one.
            $vis fn parse(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|known| known.$code_of() == code)
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: $code_of:ident, $text_of:ident {
            $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)+
        }
    ) => {
        $crate::coded_enum! {
            $(#[$meta])*
            $vis enum $name: $code_of { $($(#[$doc])* $variant = $code;)+ }
        }

        impl $name {
            /// Returns the text for people.
            $vis fn $text_of(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}
