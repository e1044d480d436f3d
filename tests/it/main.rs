//! The one integration binary: the library as its users see it, from outside.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also what they share")]

mod bad_input;
mod bounds;
mod contradictions;
mod demonstration;
mod dishonest;
mod disk;
mod documents;
mod easing;
mod expected_answers;
mod expected_of_made_up;
mod faults;
mod golden;
mod governance;
mod inbox;
mod index;
mod journal;
mod minefields;
mod obligations;
mod parties;
mod process;
mod protocols;
mod queue;
mod reads;
mod references;
mod refusals;
mod renamed;
mod shipped;
mod sign_offs;
mod signing;
mod submit;
mod support;
mod tables;
mod tables_told;
mod timeline;
mod treaty_changes;
mod treaty_findings;
mod treaty_kinds;
mod treaty_last_look;
mod treaty_questions_acts;
mod treaty_questions_time;
mod treaty_status;
mod unmoved;
mod vectors;
mod write_path;
