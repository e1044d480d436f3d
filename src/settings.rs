//! Settings of the service: defaults, then the file, then the environment, then
//! flags, each stronger than the one before.
//!
//! The file is TOML and named by `--config` or `MERESTONE_CONFIG`; a variable is
//! the key in capitals with `MERESTONE_` before it, e.g. `MERESTONE_GRPC_LISTEN`.
//!
//! Promises: an unknown key is refused by its name; a non-loopback address
//! without TLS is refused unless `allow_plaintext_non_loopback` is set.
//! Leaves to others: reading certificates, opening the directory.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::{domain::CivilDate, limits};

/// Everything that an operator can set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Directory of the ledger. `init` creates it, `serve` never does.
    pub data_dir: PathBuf,
    /// Address of the gRPC service.
    pub grpc_listen: SocketAddr,
    /// PEM file with the certificate chain; with `tls_key` it turns TLS on.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// Allows a non-loopback address without TLS, e.g. behind a proxy that
    /// terminates it.
    pub allow_plaintext_non_loopback: bool,
    /// Form of the log on stderr.
    pub log_format: LogFormat,
    /// What is logged: a level, or directives such as `info,merestone=debug`.
    pub log_level: String,
    /// Size of a journal segment file in bytes.
    pub segment_bytes: u64,
    /// Bytes of cache for the read models.
    pub read_model_cache_bytes: u64,
    /// Today's date (UTC), by which the operator confirms a wall clock that lies
    /// far ahead of the newest entry. Said once, at the start that asks for it.
    #[serde(with = "day")]
    pub clock_confirmed_on: Option<CivilDate>,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: "merestone-data".into(),
            grpc_listen: SocketAddr::from(([127, 0, 0, 1], 7117)),
            tls_cert: None,
            tls_key: None,
            allow_plaintext_non_loopback: false,
            log_format: LogFormat::Text,
            log_level: "info".to_owned(),
            segment_bytes: limits::SEGMENT_BYTES,
            read_model_cache_bytes: limits::READ_MODEL_CACHE_BYTES,
            clock_confirmed_on: None,
        }
    }
}

/// Settings given as flags: the strongest. A flag that is absent says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, clap::Args)]
pub struct SettingsFlags {
    /// Directory of the ledger.
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Address of the gRPC service, e.g. 127.0.0.1:7117.
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc_listen: Option<SocketAddr>,
    /// PEM file with the certificate chain.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Allow a non-loopback address without TLS.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_plaintext_non_loopback: Option<bool>,
    /// Form of the log.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
    /// What is logged: a level, or directives such as `info,merestone=debug`.
    #[arg(long, value_name = "LEVEL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<String>,
    /// Size of a journal segment file in bytes.
    #[arg(long, value_name = "BYTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_bytes: Option<u64>,
    /// Bytes of cache for the read models.
    #[arg(long, value_name = "BYTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_model_cache_bytes: Option<u64>,
    /// Today's date (UTC): confirms a clock that is far ahead of the newest entry.
    #[arg(long, value_name = "YYYY-MM-DD")]
    #[serde(skip_serializing_if = "Option::is_none", with = "day")]
    pub clock_confirmed_on: Option<CivilDate>,
}

/// A civil date as it is written, `YYYY-MM-DD`.
mod day {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::domain::CivilDate;

    pub fn serialize<S: Serializer>(day: &Option<CivilDate>, serializer: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CivilDate>, D::Error> {
        let day = Option::<String>::deserialize(deserializer)?;
        day.map(|day| day.parse().map_err(D::Error::custom)).transpose()
    }
}

/// Why the service does not start with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the settings cannot be read")]
    Read(#[source] Box<figment::Error>),
    #[error("the settings file {0} does not exist")]
    NoFile(PathBuf),
    #[error(
        "grpc_listen {0} can be reached from outside and TLS is off: set tls_cert and tls_key, listen on 127.0.0.1, or set allow_plaintext_non_loopback"
    )]
    PlaintextNonLoopback(SocketAddr),
    #[error("tls_cert and tls_key belong together: {0} is missing")]
    HalfTls(&'static str),
    #[error("segment_bytes {given} is below {least}: a segment holds at least one full batch")]
    SegmentTooSmall { given: u64, least: u64 },
}

impl Settings {
    /// Reads file, environment and flags, and checks that they fit together.
    pub fn read(file: Option<&Path>, flags: &SettingsFlags) -> Result<Self, SettingsError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(SettingsError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // Variables that set the client or name the file are not keys of the service.
        let environment = Env::prefixed("MERESTONE_").ignore(CLIENT_VARIABLES);
        let settings: Self = figment
            .merge(environment)
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| SettingsError::Read(Box::new(error)))?;
        settings.check()?;
        Ok(settings)
    }

    /// Certificate and key, where TLS is on.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }

    fn check(&self) -> Result<(), SettingsError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => return Err(SettingsError::HalfTls("tls_key")),
            (None, Some(_)) => return Err(SettingsError::HalfTls("tls_cert")),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.segment_bytes < limits::SEGMENT_BYTES_MIN {
            let least = limits::SEGMENT_BYTES_MIN;
            return Err(SettingsError::SegmentTooSmall { given: self.segment_bytes, least });
        }
        if may_listen(self.grpc_listen, self.tls().is_some(), self.allow_plaintext_non_loopback) {
            Ok(())
        } else {
            Err(SettingsError::PlaintextNonLoopback(self.grpc_listen))
        }
    }
}

/// Variables with the prefix that are no settings of the service.
const CLIENT_VARIABLES: &[&str] =
    &["config", "server", "ca", "key", "ledger", "organisation", "member", "names", "output"];

/// Whether the service may listen there: what others can reach needs TLS, unless
/// the operator said otherwise.
pub fn may_listen(address: SocketAddr, tls: bool, allow_plaintext_non_loopback: bool) -> bool {
    address.ip().to_canonical().is_loopback() || tls || allow_plaintext_non_loopback
}

#[cfg(test)]
mod tests {
    use figment::Jail;

    use super::*;

    #[test]
    fn only_a_loopback_address_needs_no_tls() {
        for (address, loopback) in [
            ("127.0.0.1:7117", true),
            ("[::1]:7117", true),
            ("[::ffff:127.0.0.1]:7117", true),
            ("0.0.0.0:7117", false),
            ("[::]:7117", false),
            ("192.0.2.1:7117", false),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(may_listen(address, false, false), loopback, "{address}");
            assert!(may_listen(address, true, false) && may_listen(address, false, true));
        }
    }

    #[test]
    #[allow(clippy::result_large_err)]
    fn flags_are_stronger_than_the_environment_and_that_than_the_file() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("m.toml", "data_dir = \"file\"\nlog_level = \"file\"\nlog_format = \"json\"\n")?;
            jail.set_env("MERESTONE_DATA_DIR", "environment");
            jail.set_env("MERESTONE_LOG_LEVEL", "environment");
            jail.set_env("MERESTONE_SERVER", "http://127.0.0.1:1");
            let flags = SettingsFlags { data_dir: Some("flag".into()), ..SettingsFlags::default() };
            let settings = Settings::read(Some(Path::new("m.toml")), &flags).expect("read");
            assert_eq!(settings.data_dir, Path::new("flag"));
            assert_eq!(settings.log_level, "environment");
            assert_eq!(settings.log_format, LogFormat::Json);
            assert_eq!(settings.grpc_listen, Settings::default().grpc_listen);
            Ok(())
        });
    }

    #[test]
    #[allow(clippy::result_large_err)]
    fn a_confirmed_day_is_a_day_wherever_it_is_given() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            let day = "2026-11-24".parse::<CivilDate>().expect("a day");
            jail.create_file("m.toml", "clock_confirmed_on = \"2026-11-24\"\n")?;
            let read = |flags| Settings::read(Some(Path::new("m.toml")), &flags);
            assert_eq!(read(SettingsFlags::default()).expect("read").clock_confirmed_on, Some(day));
            jail.set_env("MERESTONE_CLOCK_CONFIRMED_ON", "2026-11-25");
            let settings = read(SettingsFlags::default()).expect("read");
            assert_eq!(settings.clock_confirmed_on, "2026-11-25".parse().ok());
            let flags = SettingsFlags { clock_confirmed_on: Some(day), ..SettingsFlags::default() };
            assert_eq!(read(flags).expect("read").clock_confirmed_on, Some(day));
            jail.set_env("MERESTONE_CLOCK_CONFIRMED_ON", "2026-11-31");
            assert!(read(SettingsFlags::default()).is_err());
            Ok(())
        });
    }

    #[test]
    #[allow(clippy::result_large_err)]
    fn an_unknown_key_is_refused_by_its_name() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("m.toml", "data_dri = \"x\"\n")?;
            let error = Settings::read(Some(Path::new("m.toml")), &SettingsFlags::default()).expect_err("refused");
            let SettingsError::Read(cause) = error else { panic!("unreadable") };
            assert!(cause.to_string().contains("data_dri"), "{cause}");
            jail.set_env("MERESTONE_DATA_DRI", "x");
            let error = Settings::read(None, &SettingsFlags::default()).expect_err("refused");
            let SettingsError::Read(cause) = error else { panic!("unreadable") };
            assert!(cause.to_string().contains("data_dri"), "{cause}");
            Ok(())
        });
    }

    #[test]
    #[allow(clippy::result_large_err)]
    fn settings_that_do_not_fit_together_are_refused() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            let read = |flags| Settings::read(None, &flags);
            let outside = SettingsFlags { grpc_listen: "0.0.0.0:1".parse().ok(), ..SettingsFlags::default() };
            assert!(matches!(read(outside), Err(SettingsError::PlaintextNonLoopback(_))));
            let half = SettingsFlags { tls_cert: Some("c.pem".into()), ..SettingsFlags::default() };
            assert!(matches!(read(half), Err(SettingsError::HalfTls("tls_key"))));
            let small = SettingsFlags { segment_bytes: Some(1), ..SettingsFlags::default() };
            assert!(matches!(read(small), Err(SettingsError::SegmentTooSmall { .. })));
            let missing = Settings::read(Some(Path::new("none.toml")), &SettingsFlags::default());
            assert!(matches!(missing, Err(SettingsError::NoFile(_))));
            Ok(())
        });
    }
}
