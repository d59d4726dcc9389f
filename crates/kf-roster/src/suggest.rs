//! What somebody may have meant.

use crate::draft::FIELDS;

/// Other names by which people and the platform call the fields.
const ALIASES: &[(&str, &str)] = &[
    ("invite_wx", "worker"),
    ("kf_account", "account"),
    ("kf_headimgurl", "picture"),
    ("kf_nick", "nickname"),
    ("kf_wx", "worker"),
    ("name", "nickname"),
    ("nick", "nickname"),
    ("wechat_id", "worker"),
];

/// The field that a name may mean.
pub(crate) fn field(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, field)| *field);
    // Of long text no field is meant, and comparing it would take long.
    let near = || FIELDS.into_iter().filter(|_| name.len() < 32).min_by_key(|field| distance(field, &name));
    alias.or_else(|| near().filter(|field| distance(field, &name) <= 2))
}

/// What to do about a name that is no field.
pub(crate) fn remedy(name: &str) -> String {
    match field(name) {
        Some(field) => format!("did you mean {field}?"),
        None => format!("the fields are {}", FIELDS.join(", ")),
    }
}

/// How many characters must be put in, taken out or changed to make one text the other.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, left) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, right) in two.iter().enumerate() {
            let changed = diagonal + usize::from(left != *right);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, field};

    #[test]
    fn slips_and_the_names_of_the_platform_are_understood() {
        assert_eq!((distance("", "ab"), distance("worker", "wroker"), distance("a", "a")), (2, 2, 0));
        let meant = ["nickame", "Account", "kf_wx", "pictures", "wroker", "password", "x"].map(field);
        let fields = ["nickname", "account", "worker", "picture", "worker"].map(Some);
        assert_eq!(meant, [fields[0], fields[1], fields[2], fields[3], fields[4], None, None]);
    }
}
