//! How long a voice plays, counted from the frames of AMR and MP3.

/// Bytes of a frame of AMR by its type, its first byte included; of 20 milliseconds each.
const NARROW: [usize; 16] = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1];
const WIDE: [usize; 16] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1];
/// Kilobits a second of the third layer, by index: of MPEG 1, and of those after it.
const FIRST: [usize; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const LATER: [usize; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
/// Samples a second of MPEG 1, by index; the second has half as many, 2.5 a quarter.
const RATES: [usize; 4] = [44_100, 48_000, 32_000, 0];

/// Milliseconds that a voice plays, as far as its frames can be read.
pub(super) fn milliseconds(voice: &[u8]) -> usize {
    if let Some(frames) = voice.strip_prefix(b"#!AMR-WB\n") {
        return amr(frames, &WIDE);
    }
    voice.strip_prefix(b"#!AMR\n").map_or_else(|| mp3(without_tag(voice)), |frames| amr(frames, &NARROW))
}

fn amr(mut rest: &[u8], sizes: &[usize; 16]) -> usize {
    let mut frames = 0;
    while let Some(first) = rest.first() {
        rest = rest.get(sizes[usize::from(first >> 3 & 0x0F)]..).unwrap_or_default();
        frames += 1;
    }
    frames * 20
}

fn mp3(mut rest: &[u8]) -> usize {
    let mut microseconds = 0;
    while let Some((size, plays)) = frame(rest) {
        microseconds += plays;
        rest = rest.get(size..).unwrap_or_default();
    }
    microseconds / 1_000
}

/// The bytes of a frame of the third layer, and the microseconds that it plays.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let [0xFF, second, third, ..] = *bytes else { return None };
    // The version is 0 for 2.5, 2 for the second and 3 for the first; 1 is none.
    let version = usize::from(second >> 3 & 0b11);
    if second & 0xE6 != 0xE2 || version == 1 {
        return None;
    }
    let (table, samples, shift) = match version {
        3 => (&FIRST, 1_152, 0),
        2 => (&LATER, 576, 1),
        _ => (&LATER, 576, 2),
    };
    let bits = table[usize::from(third >> 4)] * 1_000;
    let rate = RATES[usize::from(third >> 2 & 0b11)] >> shift;
    if bits == 0 || rate == 0 {
        return None;
    }
    Some((samples / 8 * bits / rate + usize::from(third >> 1 & 1), samples * 1_000_000 / rate))
}

/// What follows the tag that many files begin with.
fn without_tag(bytes: &[u8]) -> &[u8] {
    let Some(rest) = bytes.strip_prefix(b"ID3") else { return bytes };
    // Seven bits of each of four bytes.
    let length = rest.get(3..7).unwrap_or_default().iter().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7F));
    rest.get(7 + length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn frames_are_counted_in_each_form() {
        let voice = |head: &[u8], frame: &[u8], size: usize, count: usize| {
            let mut frame = frame.to_vec();
            frame.resize(size, 0);
            milliseconds(&[head, &frame.repeat(count)].concat())
        };
        let tag = &[b"ID3\x04\0\0\0\0\x01\x02", &[0xFF; 130][..]].concat();
        for (head, frame, size, one) in [
            (&b"#!AMR\n"[..], &[0x3C][..], 32, 20_000),
            (b"#!AMR\n", &[0x04], 13, 20_000),
            (b"#!AMR-WB\n", &[0x44], 61, 20_000),
            (b"", &[0xFF, 0xFB, 0x90], 417, 26_122),
            (tag, &[0xFF, 0xFB, 0x90], 417, 26_122),
            (b"", &[0xFF, 0xFB, 0x92], 418, 26_122),
            (b"", &[0xFF, 0xF3, 0x84], 192, 24_000),
            (b"", &[0xFF, 0xE3, 0x40], 208, 52_244),
        ] {
            assert_eq!(voice(head, frame, size, 100), one * 100 / 1_000, "{frame:02x?}");
        }
    }

    #[test]
    fn what_is_no_frame_plays_nothing() {
        for bytes in [
            &b""[..],
            b"#!AMR\n",
            b"ID3",
            b"ID3\x04\0\0\x7F\x7F\x7F\x7F",
            &[0xFF],
            &[0xFF, 0xEB, 0x90, 0],
            &[0xFF, 0xFD, 0x90, 0],
            &[0xFF, 0xFB, 0xF0, 0],
            &[0xFF, 0xFB, 0x00, 0],
            &[0xFF, 0xFB, 0x9C, 0],
        ] {
            assert_eq!(milliseconds(bytes), 0, "{bytes:02x?}");
        }
        assert_eq!(milliseconds(b"#!AMR\n\x3C"), 20, "one that is cut short is one");
    }
}
