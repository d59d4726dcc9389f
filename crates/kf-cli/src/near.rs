//! Names that are like one that nobody has.

/// The names that a person may have meant, the likeliest first.
pub(crate) fn names<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = wanted.to_lowercase();
    let mut near: Vec<_> =
        names.into_iter().filter_map(|name| Some((distance(&wanted, &name.to_lowercase())?, name))).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(SHOWN_MAX).map(|(_, name)| name).collect()
}

/// More would be no help.
pub(crate) const SHOWN_MAX: usize = 5;

/// How far two names are from each other; none where one could not be meant for the other.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    if wanted.chars().nth(2).is_some() && name.contains(wanted) {
        return Some(0);
    }
    let edits = edits(wanted, name);
    (edits <= wanted.chars().count() / 3).then_some(edits)
}

/// How many characters must be put in, taken out or changed to get from one text to the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, character) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(character != *other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{edits, names};

    #[test]
    fn edits_are_counted() {
        let cases = [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("客服", "客户", 1), ("flaw", "lawn", 2)];
        for (from, to, count) in cases {
            assert_eq!((edits(from, to), edits(to, from)), (count, count), "{from} {to}");
        }
    }

    #[test]
    fn what_is_meant_is_found() {
        let all = ["add_account", "delete_account", "list_accounts", "send_message"];
        assert_eq!(names("ad_account", all), ["add_account"]);
        assert_eq!(names("ACCOUNTS", all), ["list_accounts"]);
        assert!(names("weather", all).is_empty());
    }
}
