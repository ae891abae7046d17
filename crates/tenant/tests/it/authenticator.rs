//! An authenticator app: reads QR codes, and shows the codes of RFC 6238.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

use crate::harness::{Answer, World};

/// The secret of the RFCs' examples.
pub(crate) const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

pub(crate) struct Authenticator(Vec<u8>);

impl Authenticator {
    pub(crate) fn with(secret: &str) -> Self {
        Self(BASE32_NOPAD.decode(secret.replace(' ', "").as_bytes()).unwrap())
    }

    /// Scans the picture on a page.
    pub(crate) fn scanning(page: &Answer) -> Self {
        let text = scan(page);
        let (start, query) = text.split_once('?').unwrap();
        assert_eq!(start, "otpauth://totp/Riser%20sign-in:customer%40example.com");
        let parameters: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in
            [("issuer", "Riser sign-in"), ("algorithm", "SHA1"), ("digits", "6"), ("period", "30")]
        {
            assert_eq!(parameters[name], value);
        }
        let typed = &page.texts("id=\"key\"")[0];
        assert!(typed.split(' ').all(|group| group.len() == 4), "{typed}");
        assert_eq!(typed.replace(' ', ""), parameters["secret"], "the same to type and to scan");
        Self::with(&parameters["secret"])
    }

    /// What it shows when the tenant's clock is so many steps of thirty seconds on.
    pub(crate) fn code_in(&self, world: &World, steps: i64) -> String {
        self.code_at((world.now() / 30).checked_add_signed(steps).unwrap())
    }

    /// What it shows in a step of thirty seconds, counted from 1970.
    pub(crate) fn code_at(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 15);
        let four: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
        format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
    }

    pub(crate) fn code(&self, world: &World) -> String {
        self.code_in(world, 0)
    }

    /// A code that it does not show, nor did or will in this minute.
    pub(crate) fn other_code(&self, world: &World) -> String {
        let near: Vec<String> = (-3..=3).map(|steps| self.code_in(world, steps)).collect();
        (0..100).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).unwrap()
    }
}

/// What the QR code on a page says. Each module is drawn as a square of one unit.
fn scan(page: &Answer) -> String {
    const SCALE: usize = 4;
    let svg = page.body.split("<svg class=\"qr\" ").nth(1).unwrap().split("</svg>").next().unwrap();
    let side = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap();
    let side: usize = side.parse().unwrap();
    let path = svg.split("d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let mut dark = vec![vec![false; side]; side];
    for module in path.split('M') {
        let (column, row) = module.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
        dark[row.parse::<usize>().unwrap()][column.parse::<usize>().unwrap()] = true;
    }
    let pixels = side * SCALE;
    let mut image =
        rqrr::PreparedImage::prepare_from_bitmap(pixels, pixels, |x, y| dark[y / SCALE][x / SCALE]);
    let [code] = image.detect_grids().try_into().unwrap_or_else(|_| panic!("not one QR code: {page:?}"));
    code.decode().unwrap().1
}
