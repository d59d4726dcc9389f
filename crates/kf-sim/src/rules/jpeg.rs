//! The size of a JPEG, from the header of its frame.

/// Width and height of a JPEG in pixels, where it says them.
pub(super) fn dimensions(jpeg: &[u8]) -> Option<(u16, u16)> {
    let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let marker = rest.iter().position(|byte| *byte != 0xFF).filter(|fills| *fills > 0)?;
        let (kind, segment) = rest[marker..].split_first()?;
        if is_alone(*kind) {
            rest = segment;
            continue;
        }
        let length = usize::from(number(segment, 0)?);
        if is_frame(*kind) {
            return Some((number(segment, 5)?, number(segment, 3)?));
        }
        rest = segment.get(length.max(2)..)?;
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// Whether a marker has no segment behind it.
fn is_alone(kind: u8) -> bool {
    kind == 0x01 || (0xD0..=0xD8).contains(&kind)
}

/// Whether a segment is the header of a frame; three of its kinds are tables.
fn is_frame(kind: u8) -> bool {
    (0xC0..=0xCF).contains(&kind) && ![0xC4, 0xC8, 0xCC].contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::dimensions;

    const START: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2];

    fn jpeg(rest: &[u8]) -> Vec<u8> {
        [START, rest].concat()
    }

    #[test]
    fn the_header_of_the_frame_is_found_behind_other_segments() {
        let frame = |kind: u8| [0xFF, kind, 0, 11, 8, 0x01, 0xE0, 0x02, 0x80, 1, 1];
        assert_eq!(dimensions(&jpeg(&frame(0xC0))), Some((640, 480)));
        assert_eq!(dimensions(&jpeg(&frame(0xC2))), Some((640, 480)), "progressive");
        let table = [0xFF, 0xC4, 0, 9, 8, 0, 9, 0, 9, 0, 9];
        let behind = [&table[..], &[0xFF, 0x01, 0xFF, 0xFF], &frame(0xCF)[1..]].concat();
        assert_eq!(dimensions(&jpeg(&behind)), Some((640, 480)), "tables, lone markers and fillers are passed over");
    }

    #[test]
    fn what_has_no_whole_header_has_no_size() {
        let frame = jpeg(&[0xFF, 0xC0, 0, 11, 8, 0x01, 0xE0, 0x02, 0x80]);
        assert_eq!(dimensions(&frame), Some((640, 480)));
        for length in 0..frame.len() {
            assert_eq!(dimensions(&frame[..length]), None, "{length} bytes");
        }
        assert_eq!(dimensions(&jpeg(&[0xFF, 0xE1, 0, 0, 0xC0, 0xC0])), None, "a length that is none");
        assert_eq!(dimensions(&jpeg(&[0, 0xC0, 0, 11, 8, 1, 1, 1, 1])), None, "no marker");
    }
}
