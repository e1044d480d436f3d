//! One measured figure.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number or a ratio.
    Count,
    PerSecond,
    Seconds,
    Bytes,
    Megabytes,
}

/// A figure with what it is measured against.
#[derive(Clone, Debug)]
pub struct Figure {
    pub what: String,
    pub value: f64,
    pub unit: Unit,
    /// Half, 99 of 100 and all took at most this long, in microseconds.
    pub percentiles: Option<[u64; 3]>,
    /// Which raw limit of the same run it is compared with, and the ratio.
    pub of_raw: Option<(&'static str, f64)>,
    /// What the design aims at, and whether it is reached.
    pub aim: Option<(String, bool)>,
    /// Processor time of the service for each unit of the value, in microseconds.
    pub service_us: Option<f64>,
}

impl Figure {
    /// What 99 of 100 took at the most.
    pub fn p99(what: impl Into<String>, latency: &Histogram<u64>) -> Self {
        Self::new(what, seconds(latency.value_at_quantile(0.99)), Unit::Seconds).with_latency(latency)
    }

    /// What half took at the most.
    pub fn p50(what: impl Into<String>, latency: &Histogram<u64>) -> Self {
        Self::new(what, seconds(latency.value_at_quantile(0.5)), Unit::Seconds).with_latency(latency)
    }

    /// A figure on its own.
    pub fn new(what: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { what: what.into(), value, unit, percentiles: None, of_raw: None, aim: None, service_us: None }
    }

    /// With the percentiles of a histogram of microseconds.
    #[must_use]
    pub fn with_latency(mut self, latency: &Histogram<u64>) -> Self {
        self.percentiles = Some([0.5, 0.99, 1.0].map(|share| latency.value_at_quantile(share)));
        self
    }

    /// Beside a raw limit.
    #[must_use]
    pub fn of(mut self, raw: &'static str, limit: f64) -> Self {
        self.of_raw = Some((raw, self.value / limit));
        self
    }

    /// To reach at least.
    #[must_use]
    pub fn at_least(mut self, aim: f64) -> Self {
        self.aim = Some((format!(">= {}", round(aim, self.unit)), self.value >= aim));
        self
    }

    /// To stay under.
    #[must_use]
    pub fn under(mut self, aim: f64) -> Self {
        self.aim = Some((format!("< {}", round(aim, self.unit)), self.value < aim));
        self
    }

    /// With the processor time that the service took for each.
    #[must_use]
    pub fn with_service_time(mut self, each_us: f64) -> Self {
        self.service_us = Some(each_us);
        self
    }

    /// The cells of a table row: what, figure, p50 / p99 / max, of the raw limit, aim.
    pub fn cells(&self) -> [String; 5] {
        let percentiles = self.percentiles.map(|of| of.map(milliseconds).join(" / "));
        let of_raw = self.of_raw.map(|(raw, ratio)| format!("{ratio:.2} x {raw}"));
        let aim = self.aim.as_ref().map(|(aim, met)| format!("{aim} {}", if *met { "met" } else { "MISSED" }));
        let cell = Option::unwrap_or_default;
        [self.what.clone(), round(self.value, self.unit), cell(percentiles), cell(of_raw), cell(aim)]
    }

    /// The figure in JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "what": self.what,
            "value": self.value,
            "unit": unit_name(self.unit),
            "p50Us": self.percentiles.map(|[p50, _, _]| p50),
            "p99Us": self.percentiles.map(|[_, p99, _]| p99),
            "maxUs": self.percentiles.map(|[_, _, max]| max),
            "rawLimit": self.of_raw.map(|(raw, _)| raw),
            "ratio": self.of_raw.map(|(_, ratio)| ratio),
            "aim": self.aim.as_ref().map(|(aim, _)| aim),
            "met": self.aim.as_ref().map(|(_, met)| met),
            "serviceCpuUsEach": self.service_us,
        })
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "number",
        Unit::PerSecond => "per second",
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::Megabytes => "MB",
    }
}

fn round(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => format!("{value:.2}"),
        Unit::PerSecond if value >= 100_000.0 => format!("{:.0}k/s", value / 1_000.0),
        Unit::PerSecond if value >= 10_000.0 => format!("{:.1}k/s", value / 1_000.0),
        Unit::PerSecond => format!("{value:.0}/s"),
        Unit::Seconds if value < 0.1 => format!("{:.2} ms", value * 1_000.0),
        Unit::Seconds => format!("{value:.2} s"),
        Unit::Bytes => format!("{value:.0} B"),
        Unit::Megabytes => format!("{value:.0} MB"),
    }
}

fn milliseconds(us: u64) -> String {
    format!("{:.2}", seconds(us) * 1_000.0)
}

// A percentile is far below 2^52 microseconds, so the conversion is exact.
#[allow(clippy::cast_precision_loss)]
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_whether_its_aim_is_reached() {
        let figure = Figure::new("calls", 9_000.0, Unit::PerSecond).of("empty call", 36_000.0).at_least(8_000.0);
        assert_eq!(figure.cells(), ["calls", "9000/s", "", "0.25 x empty call", ">= 8000/s met"]);
        let slow = Figure::new("start", 6.0, Unit::Seconds).under(5.0);
        assert_eq!(slow.to_json()["met"], false);
        assert_eq!(slow.cells()[4], "< 5.00 s MISSED");
    }
}
