//! Outlines on the map, in exact integer arithmetic: what a ring of positions
//! encloses, whether it crosses itself, in which box it lies.
//!
//! Promises: no float, so every machine decides alike (I4, I14). An edge is a
//! straight line in latitude and longitude and goes the shorter way around the
//! globe, as in RFC 7946; so a ring may cross the antimeridian. One that goes
//! around a pole has no inside in this sense and is a fault.
//! Leaves to others: distances and areas on the ground (`minefields`).

use super::{DangerArea, WgsPosition};

/// 1e-7 degrees in half a turn.
const HALF_TURN: i64 = 1_800_000_000;
/// 1e-7 degrees in a whole turn.
const TURN: i64 = 2 * HALF_TURN;
/// 1e-7 degrees from the equator to a pole.
const QUARTER_TURN: i64 = 900_000_000;
/// Metres of a degree of latitude at the equator, where it is shortest, rounded down.
const METRES_OF_LATITUDE: i64 = 110_574;
/// Metres of a degree of longitude at the equator, rounded down.
const METRES_OF_LONGITUDE: i64 = 111_319;

/// A ring whose longitudes go on without a jump: beyond 180 degrees rather than back to -180.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring(Vec<Vertex>);

/// Longitude and latitude in 1e-7 degree.
type Vertex = (i64, i64);

/// Why a ring encloses nothing in particular. Edges are numbered from 0; edge `n`
/// begins at position `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingFault {
    #[error("it has fewer than three positions")]
    TooFewPositions,
    #[error("position {0} repeats the one before it")]
    RepeatedPosition(usize),
    #[error("edge {0} goes half around the globe, so its way is not clear: set a position in between")]
    HalfWayAround(usize),
    #[error("it goes around a pole or around the globe: draw a circle, or parts that do not")]
    AroundTheGlobe,
    #[error("it encloses no area: all of its positions lie on one line")]
    NoArea,
    #[error("its edges {0} and {1} cross or touch: give the positions in their order along the outline")]
    EdgesMeet(usize, usize),
}

impl Ring {
    /// From the positions in order, not repeated at the end; for legacy outlines, which
    /// are taken as they are as far as they can be.
    pub fn as_recorded(positions: &[WgsPosition]) -> Result<Self, RingFault> {
        if positions.len() < 3 {
            return Err(RingFault::TooFewPositions);
        }
        let mut vertices: Vec<Vertex> = Vec::with_capacity(positions.len());
        for (at, position) in positions.iter().enumerate() {
            let (longitude, latitude) = (i64::from(position.longitude()), i64::from(position.latitude()));
            let longitude = match vertices.last() {
                Some((before, _)) => {
                    before + shorter_way(longitude - before).ok_or(RingFault::HalfWayAround(at - 1))?
                }
                None => longitude,
            };
            vertices.push((longitude, latitude));
        }
        let (first, last) = (vertices[0].0, vertices[vertices.len() - 1].0);
        let closing = shorter_way(first - last).ok_or(RingFault::HalfWayAround(vertices.len() - 1))?;
        let ring = Self(vertices);
        if last + closing != first || ring.bounds().width() >= TURN {
            return Err(RingFault::AroundTheGlobe);
        }
        Ok(ring)
    }

    /// As for a new survey: simple and with an area.
    pub fn strict(positions: &[WgsPosition]) -> Result<Self, RingFault> {
        let ring = Self::as_recorded(positions)?;
        let count = ring.0.len();
        if let Some(at) = (0..count).find(|at| ring.0[*at] == ring.0[(at + 1) % count]) {
            return Err(RingFault::RepeatedPosition((at + 1) % count));
        }
        if (0..count).all(|at| side(ring.0[0], ring.0[1], ring.0[at]) == 0) {
            return Err(RingFault::NoArea);
        }
        match ring.meeting_edges() {
            Some((one, other)) => Err(RingFault::EdgesMeet(one, other)),
            None => Ok(ring),
        }
    }

    /// Whether a position lies inside or on the outline.
    pub fn contains(&self, position: WgsPosition) -> bool {
        let point = (i64::from(position.longitude()), i64::from(position.latitude()));
        [-TURN, 0, TURN].into_iter().any(|turn| self.encloses((point.0 + turn, point.1)))
    }

    /// The smallest box around the ring.
    pub fn bounds(&self) -> Bounds {
        let longitudes = || self.0.iter().map(|vertex| vertex.0);
        let latitudes = || self.0.iter().map(|vertex| vertex.1);
        let end = "a ring has positions";
        Bounds::new(
            latitudes().min().expect(end),
            latitudes().max().expect(end),
            longitudes().min().expect(end),
            longitudes().max().expect(end),
        )
    }

    /// Even-odd rule with a ray to the east; the outline itself belongs to the inside.
    fn encloses(&self, point: Vertex) -> bool {
        let mut inside = false;
        for (from, to) in self.edges() {
            let turn = side(from, to, point);
            if turn == 0 && in_box(from, to, point) {
                return true;
            }
            if (from.1 > point.1) != (to.1 > point.1) && (turn > 0) == (to.1 > from.1) {
                inside = !inside;
            }
        }
        inside
    }

    fn edges(&self) -> impl Iterator<Item = (Vertex, Vertex)> + '_ {
        (0..self.0.len()).map(|at| self.edge(at))
    }

    fn edge(&self, at: usize) -> (Vertex, Vertex) {
        (self.0[at], self.0[(at + 1) % self.0.len()])
    }

    /// The first two edges that have more in common than the corner between neighbours.
    /// Edges are taken from west to east, so that only those are compared that can meet.
    fn meeting_edges(&self) -> Option<(usize, usize)> {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        let west = |at: usize| self.edge(at).0.0.min(self.edge(at).1.0);
        let east = |at: usize| self.edge(at).0.0.max(self.edge(at).1.0);
        order.sort_by_key(|at| west(*at));
        for (place, one) in order.iter().enumerate() {
            let reachable = order[place + 1..].iter().take_while(|other| west(**other) <= east(*one));
            if let Some(other) = reachable.into_iter().find(|other| self.meet(*one, **other)) {
                return Some(((*one).min(*other), (*one).max(*other)));
            }
        }
        None
    }

    fn meet(&self, one: usize, other: usize) -> bool {
        let ((a, b), (c, d)) = (self.edge(one), self.edge(other));
        let count = self.0.len();
        if (one + 1) % count == other {
            // Neighbours share b = c: they have more in common when one lies on the other.
            return (side(a, b, d) == 0 && in_box(a, b, d)) || (side(c, d, a) == 0 && in_box(c, d, a));
        }
        if (other + 1) % count == one {
            return self.meet(other, one);
        }
        segments_meet((a, b), (c, d))
    }
}

fn segments_meet((a, b): (Vertex, Vertex), (c, d): (Vertex, Vertex)) -> bool {
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if c_side * d_side < 0 && a_side * b_side < 0 {
        return true;
    }
    let touches = [(c_side, a, b, c), (d_side, a, b, d), (a_side, c, d, a), (b_side, c, d, b)];
    touches.into_iter().any(|(side, from, to, point)| side == 0 && in_box(from, to, point))
}

/// On which side of the line from `a` to `b` the point lies: 1 left, -1 right, 0 on it.
/// Differences are under 2^33, so their products fit i128 with ease.
fn side(a: Vertex, b: Vertex, point: Vertex) -> i64 {
    let cross = i128::from(b.0 - a.0) * i128::from(point.1 - a.1) - i128::from(b.1 - a.1) * i128::from(point.0 - a.0);
    cross.signum() as i64
}

fn in_box(a: Vertex, b: Vertex, point: Vertex) -> bool {
    let between = |a: i64, b: i64, x: i64| a.min(b) <= x && x <= a.max(b);
    between(a.0, b.0, point.0) && between(a.1, b.1, point.1)
}

/// A difference of longitudes the shorter way; `None` when both ways are as long.
fn shorter_way(difference: i64) -> Option<i64> {
    let way = (difference + HALF_TURN).rem_euclid(TURN) - HALF_TURN;
    (way != -HALF_TURN).then_some(way)
}

/// A box between two parallels and two meridians, edges included. It goes east from
/// `west`, across the antimeridian when `east` is beyond 180 degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    south: i32,
    north: i32,
    west: i64,
    east: i64,
}

impl Bounds {
    /// From the corners as a person gives them: a `west` greater than `east` goes across
    /// the antimeridian. `None` when south lies north of north.
    pub fn between(south_west: WgsPosition, north_east: WgsPosition) -> Option<Self> {
        let (west, east) = (i64::from(south_west.longitude()), i64::from(north_east.longitude()));
        let east = if east < west { east + TURN } else { east };
        let ordered = south_west.latitude() <= north_east.latitude();
        ordered.then(|| Self::new(i64::from(south_west.latitude()), i64::from(north_east.latitude()), west, east))
    }

    /// The whole globe between two parallels where the width is a turn or more.
    fn new(south: i64, north: i64, west: i64, east: i64) -> Self {
        let latitude = |value: i64| value.clamp(-QUARTER_TURN, QUARTER_TURN) as i32;
        let (south, north) = (latitude(south), latitude(north));
        if east - west >= TURN {
            return Self { south, north, west: -HALF_TURN, east: HALF_TURN };
        }
        let start = (west + HALF_TURN).rem_euclid(TURN) - HALF_TURN;
        Self { south, north, west: start, east: start + (east - west) }
    }

    /// Southern and northern edge in 1e-7 degree.
    pub fn latitudes(&self) -> (i32, i32) {
        (self.south, self.north)
    }

    /// Western edge, from -180 degrees on and under 180, and eastern edge, which may be beyond.
    pub fn longitudes(&self) -> (i64, i64) {
        (self.west, self.east)
    }

    /// From what [`Bounds::latitudes`] and [`Bounds::longitudes`] gave.
    pub fn from_edges((south, north): (i32, i32), (west, east): (i64, i64)) -> Self {
        Self::new(i64::from(south), i64::from(north), west, east)
    }

    fn width(&self) -> i64 {
        self.east - self.west
    }

    /// Whether two boxes share a point.
    pub fn meets(&self, other: &Self) -> bool {
        let longitudes = |turn: i64| self.west <= other.east + turn && other.west + turn <= self.east;
        self.south <= other.north && other.south <= self.north && [-TURN, 0, TURN].into_iter().any(longitudes)
    }

    /// The box as one or two that do not go across the antimeridian; longitudes under 180 degrees.
    pub fn halves(&self) -> Vec<(i64, i64)> {
        if self.east < HALF_TURN {
            return vec![(self.west, self.east)];
        }
        vec![(self.west, HALF_TURN - 1), (-HALF_TURN, (self.east - TURN).max(-HALF_TURN))]
    }
}

impl DangerArea {
    /// A box around the area; for a circle never too small, and somewhat too large.
    /// A ring with a fault has the box of the whole globe: it hides nothing.
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Circle { centre, radius_m } => circle_bounds(*centre, *radius_m),
            Self::Polygon(ring) => Ring::as_recorded(ring)
                .map_or_else(|_| Bounds::new(-QUARTER_TURN, QUARTER_TURN, -HALF_TURN, HALF_TURN), |ring| ring.bounds()),
        }
    }
}

/// On the ellipsoid a degree of longitude at latitude `b` is at least `cos(b)` times that
/// at the equator, and no point of the circle lies nearer to a pole than `reach`.
fn circle_bounds(centre: WgsPosition, radius_m: u32) -> Bounds {
    let (latitude, longitude) = (i64::from(centre.latitude()), i64::from(centre.longitude()));
    let height = units(radius_m, METRES_OF_LATITUDE);
    let reach = latitude.abs() + height;
    // Millionths of the cosine at the next whole degree towards the pole.
    let cosine = usize::try_from(reach / 10_000_000 + 1).ok().and_then(|degree| COSINES.get(degree)).copied();
    let half_width = match cosine {
        Some(cosine) if reach < QUARTER_TURN && cosine > 0 => {
            units(radius_m, METRES_OF_LONGITUDE) * 1_000_000 / cosine + 1
        }
        Some(_) | None => HALF_TURN,
    };
    Bounds::new(latitude - height, latitude + height, longitude - half_width, longitude + half_width)
}

/// 1e-7 degrees that so many metres are at the most.
fn units(metres: u32, metres_of_degree: i64) -> i64 {
    i64::from(metres) * 10_000_000 / metres_of_degree + 1
}

/// Millionths of the cosine of 0 to 90 degrees, rounded down.
const COSINES: [i64; 91] = [
    1_000_000, 999_847, 999_390, 998_629, 997_564, 996_194, 994_521, 992_546, 990_268, 987_688, 984_807, 981_627,
    978_147, 974_370, 970_295, 965_925, 961_261, 956_304, 951_056, 945_518, 939_692, 933_580, 927_183, 920_504,
    913_545, 906_307, 898_794, 891_006, 882_947, 874_619, 866_025, 857_167, 848_048, 838_670, 829_037, 819_152,
    809_016, 798_635, 788_010, 777_145, 766_044, 754_709, 743_144, 731_353, 719_339, 707_106, 694_658, 681_998,
    669_130, 656_059, 642_787, 629_320, 615_661, 601_815, 587_785, 573_576, 559_192, 544_639, 529_919, 515_038,
    500_000, 484_809, 469_471, 453_990, 438_371, 422_618, 406_736, 390_731, 374_606, 358_367, 342_020, 325_568,
    309_016, 292_371, 275_637, 258_819, 241_921, 224_951, 207_911, 190_808, 173_648, 156_434, 139_173, 121_869,
    104_528, 87_155, 69_756, 52_335, 34_899, 17_452, 0,
];

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
