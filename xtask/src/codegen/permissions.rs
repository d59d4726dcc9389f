//! Permission sets as the pages write them.

/// Expands the runs: `1` and `100-101` become 1, 100, 101.
pub(crate) fn expand(parts: &[String]) -> Result<Vec<u16>, String> {
    let mut sets = Vec::new();
    for part in parts {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.parse::<u16>().map_err(|_| format!("`{part}` is no permission set"));
        let (first, last) = (number(first)?, number(last)?);
        if first > last {
            return Err(format!("the run `{part}` of permission sets ends before it begins"));
        }
        sets.extend(first..=last);
    }
    if sets.is_sorted_by(|a, b| a < b) { Ok(sets) } else { Err("the permission sets are not sorted".to_owned()) }
}
