//! Clauses that come with the program: registrations of treaties in the authoring
//! form, ready to be edited and submitted.
//!
//! Promises: each is the text of a file in `examples/treaties`, so what a person reads
//! there is what the program gives; all are one item of the kind `treaty_registered`.
//! Leaves to others: what follows from clauses (`treaties`), which reads them from the
//! registrations that a ledger holds and knows none of these files.

use serde_json::Value;

/// A registration with its clauses as it comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedClauses {
    /// The name of the file without its ending.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),*) => {
        &[$(ShippedClauses { name: $name, text: include_str!(concat!("../../examples/treaties/", $name, ".json")) }),*]
    };
}

/// All of them; the last one is for a treaty that says nothing itself.
pub const SHIPPED_CLAUSES: &[ShippedClauses] = shipped![
    "apmbc",
    "ccm",
    "ccw",
    "ccw-p1",
    "ccw-p2",
    "ccw-ap2",
    "ccw-p3",
    "ccw-p4",
    "ccw-p5",
    "rome-statute",
    "vclt"
];

impl ShippedClauses {
    /// The clauses of that name.
    pub fn find(name: &str) -> Option<Self> {
        SHIPPED_CLAUSES.iter().find(|shipped| shipped.name == name).copied()
    }

    /// The file as JSON.
    pub fn document(self) -> Value {
        serde_json::from_str(self.text).expect("a test reads every file that comes with the program")
    }

    /// Id of the treaty; `None` where the author gives it.
    pub fn treaty(self) -> Option<String> {
        filled(&self.document()["treaty"])
    }

    /// Title of the treaty; `None` where the author gives it.
    pub fn title(self) -> Option<String> {
        filled(&self.document()["treaty_registered"]["title"])
    }
}

fn filled(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::authoring::read_items;

    #[test]
    fn every_file_of_the_folder_comes_with_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/treaties");
        let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let shipped = SHIPPED_CLAUSES.iter().map(|shipped| format!("{}.json", shipped.name));
        assert_eq!(shipped.collect::<BTreeSet<_>>(), names.collect());
    }

    #[test]
    fn every_file_is_one_registration() {
        for shipped in SHIPPED_CLAUSES {
            let items = read_items(shipped.name, shipped.text).unwrap();
            let [item] = items.as_slice() else { panic!("{} has {} items", shipped.name, items.len()) };
            assert!(item.fields["treaty_registered"]["clauses"].is_object(), "{}", shipped.name);
            assert_eq!(shipped.treaty().is_some(), shipped.title().is_some(), "{}", shipped.name);
        }
    }

    #[test]
    fn no_two_register_one_treaty() {
        let treaties: Vec<String> = SHIPPED_CLAUSES.iter().filter_map(|shipped| shipped.treaty()).collect();
        assert_eq!(treaties.iter().collect::<BTreeSet<_>>().len(), treaties.len());
        assert_eq!(treaties.len(), SHIPPED_CLAUSES.len() - 1);
    }

    #[test]
    fn a_treaty_and_those_that_leave_with_it_name_each_other() {
        let registered = |shipped: &ShippedClauses| shipped.document()["treaty_registered"].clone();
        let mut named = 0;
        for shipped in SHIPPED_CLAUSES {
            let taken_along = registered(shipped)["clauses"]["cascade_to"].as_array().cloned().unwrap_or_default();
            let children = SHIPPED_CLAUSES.iter().filter(|other| {
                let parent = registered(other)["parent"].clone();
                parent.is_string() && parent.as_str() == shipped.treaty().as_deref()
            });
            let children: BTreeSet<String> = children.filter_map(|child| child.treaty()).collect();
            named += children.len();
            let taken_along = taken_along.iter().filter_map(|id| id.as_str().map(str::to_owned));
            assert_eq!(taken_along.collect::<BTreeSet<_>>(), children, "{}", shipped.name);
        }
        assert!(named > 0, "some treaty has protocols");
    }
}
