//! What the simulated platform answers has the form that the pages show.

use kf_model::ENDPOINTS;
use serde_json::Value;

use super::scene::{Scene, json_of};

/// Pages show `errcode` and `errmsg` beside the data of some calls, and the data alone for most.
#[test]
fn the_code_stands_where_the_example_has_it() {
    let mut with_data = 0;
    for spec in ENDPOINTS {
        let answer = Scene::new(spec.name).send();
        if spec.answers_file {
            continue;
        }
        let answer = json_of(&answer);
        let shown: Vec<Value> = spec.examples.iter().map(|it| serde_json::from_str(it.response).unwrap()).collect();
        for member in ["errcode", "errmsg"] {
            let is_shown = shown.iter().any(|example| example.get(member).is_some());
            // An action always answers both, also where its sample shows the code alone.
            let expected = is_shown || spec.response.is_empty();
            assert_eq!(answer.get(member).is_some(), expected, "{} answers {answer}", spec.name);
        }
        with_data += usize::from(!spec.response.is_empty() && answer.get("errcode") == Some(&Value::from(0)));
    }
    assert!(with_data >= 7, "{with_data} calls answer both");
}
