//! A bad specification is refused with the file, the entry and the remedy; stale output is named.

use super::load::Files;
use super::write::{Output, stale, write};
use super::{list, outputs, read, stale_message};

/// A small specification that nothing is wrong with.
const GOOD: &[(&str, &str)] = &[
    ("errata.toml", include_str!("tests/errata.toml")),
    ("errcodes.toml", include_str!("tests/errcodes.toml")),
    ("service.toml", include_str!("tests/service.toml")),
    ("sources.toml", include_str!("tests/sources.toml")),
    ("things.toml", include_str!("tests/things.toml")),
    ("types.toml", include_str!("tests/types.toml")),
];

fn good() -> Files {
    GOOD.iter().map(|&(file, text)| (file.to_owned(), text.to_owned())).collect()
}

/// What is said of the good specification with one text replaced by another.
fn refusal(file: &str, from: &str, to: &str) -> String {
    let mut files = good();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(from), "{file} does not hold {from:?}");
    *text = text.replacen(from, to, 1);
    list(&read(&files).expect_err("the specification is bad, yet it is taken"))
}

/// Asserts that a message holds all of some words.
#[track_caller]
fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn a_good_specification_is_taken() {
    assert_eq!(read(&good()).map_err(|problems| list(&problems)).map(|spec| spec.endpoints().count()), Ok(2));
}

#[test]
fn an_unknown_code_is_refused() {
    let message = refusal("things.toml", "errcodes = [65404, 65406]", "errcodes = [65404, 65405, 65406]");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "65405 is unknown", "errcodes.toml"]);
}

#[test]
fn a_duplicate_name_is_refused() {
    let message = refusal("things.toml", "name = \"show_thing\"", "name = \"add_thing\"");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "another endpoint has this name", "choose another"]);
}

#[test]
fn a_duplicate_method_path_and_dialect_is_refused() {
    let get_as_post = "name = \"show_thing\"\nwire_name = \"getthing\"\nmethod = \"POST\"\npath = \"/thing/add\"";
    let get = "name = \"show_thing\"\nwire_name = \"getthing\"\nmethod = \"GET\"\npath = \"/thing/get\"";
    let message = refusal("things.toml", get, get_as_post);
    says(
        &message,
        &["spec/things.toml", "endpoint `show_thing`", "method, path and dialect of `add_thing`", "`dialect`"],
    );
    let mut files = good();
    let text = files.get_mut("things.toml").unwrap();
    *text = text.replacen(get, &format!("{get_as_post}\ndialect = \"other\""), 1);
    assert!(read(&files).is_ok(), "a dialect of its own tells the two apart");
}

#[test]
fn a_get_with_a_body_is_refused() {
    let message = refusal("things.toml", "name = \"thing_id\"", "name = \"thing_id\"\nplace = \"body\"");
    says(
        &message,
        &["spec/things.toml", "endpoint `show_thing`", "GET with a body", "`thing_id`", "make the endpoint a POST"],
    );
}

#[test]
fn a_missing_source_is_refused() {
    let message = refusal("things.toml", "doc = \"Shows a thing.\"\nsource = \"002\"", "doc = \"Shows a thing.\"");
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "no source", "sources.toml"]);
    let message = refusal("errata.toml", "source = \"002\"", "source = \"003\"");
    says(&message, &["spec/errata.toml", "erratum C1", "`003` is unknown", "sources.toml"]);
    let message = refusal("errcodes.toml", "source = \"page 002\"\n\n", "\n");
    says(&message, &["spec/errcodes.toml", "errcode 65404", "no source", "add `source`"]);
}

#[test]
fn an_unknown_type_is_refused() {
    let message = refusal("things.toml", "type = \"Text\"", "type = \"Txt\"");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "unknown type `Txt`", "types.toml"]);
}

#[test]
fn an_unknown_key_is_refused() {
    let message = refusal("things.toml", "path = \"/thing/get\"", "pathh = \"/thing/get\"");
    says(&message, &["spec/things.toml", "endpoint `show_thing` (line", "unknown field `pathh`", "CONTRIBUTING.md"]);
    let message =
        refusal("things.toml", "type = \"Text\"\ndoc = \"Its name.\"", "type = \"Text\"\nhint = \"Its name.\"");
    says(&message, &["spec/things.toml", "endpoint.request `name` (line", "unknown field `hint`"]);
    let message = refusal("errata.toml", "[[erratum]]", "[[errata]]");
    says(&message, &["spec/errata.toml", "errata", "[[erratum]]"]);
}

#[test]
fn a_missing_key_or_an_unknown_word_is_refused() {
    let message = refusal("things.toml", "cloud_call = false\nrepeat = \"safe\"", "repeat = \"safe\"");
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "missing field `cloud_call`", "add it"]);
    let message = refusal("things.toml", "repeat = \"safe\"", "repeat = \"always\"");
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "unknown variant `always`", "expected"]);
}

#[test]
fn contradicting_limits_are_refused() {
    let twice =
        "[[limit]]\nname = \"NAME_MAX\"\nvalue = 20\ndoc = \"Long.\"\nsource = \"002\"\nsure = \"S\"\n\n[[endpoint]]";
    let message = refusal("things.toml", "[[endpoint]]", twice);
    says(&message, &["spec/things.toml", "limit `NAME_MAX`", "20 and 16", "keep the one that its page states"]);
    let least =
        "[[limit]]\nname = \"NAME_MIN\"\nvalue = 20\ndoc = \"Short.\"\nsource = \"002\"\nsure = \"S\"\n\n[[endpoint]]";
    let message = refusal("things.toml", "[[endpoint]]", least);
    says(&message, &["spec/things.toml", "limit `NAME_MIN`", "at least 20 and at most 16", "mend one"]);
}

#[test]
fn an_unknown_limit_is_refused() {
    let message = refusal("types.toml", "${NAME_MAX}", "${NAME_LENGTH_MAX}");
    says(&message, &["spec/types.toml", "type `Text`", "`NAME_LENGTH_MAX`, which is no limit"]);
    let message = refusal("things.toml", "errcodes = []", "errcodes = []\nlimits = [\"OTHER_MAX\"]");
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "`OTHER_MAX` is unknown", "[[limit]]"]);
}

#[test]
fn an_unsorted_table_is_refused() {
    let message = refusal("errcodes.toml", "code = 65404", "code = 65407");
    says(&message, &["spec/errcodes.toml", "errcode", "not sorted", "move 65406 up"]);
    let message = refusal("things.toml", "errcodes = [65404, 65406]", "errcodes = [65406, 65404]");
    says(&message, &["spec/things.toml", "endpoint `add_thing` errcodes", "not sorted", "move 65404 up"]);
    let message = refusal("types.toml", "name = \"Secret\"", "name = \"Texts\"");
    says(&message, &["spec/types.toml", "not sorted", "move Text up"]);
}

#[test]
fn a_code_without_a_hint_is_refused() {
    let message = refusal("errcodes.toml", "hint = \"Mend it.\"\n", "");
    says(&message, &["spec/errcodes.toml", "errcode 65404", "name without a hint"]);
}

#[test]
fn a_code_that_is_unreachable_must_be_listed_and_have_a_reason() {
    let codes = "errcodes = [65404, 65406]";
    let with = |line: &str| refusal("things.toml", codes, &format!("{codes}\n{line}"));
    let message = with("unreachable = { \"65405\" = \"Nobody knows.\" }");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "why 65405 is unreachable, which it does not list"]);
    let message = with("unreachable = { \"65404\" = \" \" }");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "65404 is unreachable and not why", "write why"]);
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen(codes, &format!("{codes}\nunreachable = {{ \"65404\" = \"Nobody knows.\" }}"), 1);
    let outputs = outputs(&crate::root(), &read(&files).map_err(|problems| list(&problems)).unwrap()).unwrap();
    let rust = &outputs.iter().find(|output| output.path.ends_with("things.rs")).unwrap().text;
    says(rust, &["unreachable: &[(ErrCode::INVALID, \"Nobody knows.\")]"]);
}

#[test]
fn settling_codes_must_fit() {
    let message = refusal("things.toml", "settled_by = [65406]\n", "");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "`repeat` and `settled_by` do not fit"]);
}

#[test]
fn a_credential_that_is_not_hidden_is_refused() {
    let message = refusal("things.toml", "name = \"thing_id\"", "name = \"access_token\"");
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "`access_token` is a credential", "Secret"]);
}

#[test]
fn an_example_that_is_no_json_is_refused() {
    let example = "errcodes = []\n\n[[endpoint.example]]\nsource = \"002\"\nresponse = \"{\"\n";
    let message = refusal("things.toml", "errcodes = []\n", example);
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "an example is no JSON"]);
}

#[test]
fn an_example_that_no_field_fits_is_refused() {
    let example = "errcodes = []\n\n[[endpoint.example]]\nsource = \"002\"\nresponse = '{\"errcode\":0,\"other\":1}'\n";
    let message = refusal("things.toml", "errcodes = []\n", example);
    says(
        &message,
        &["spec/things.toml", "endpoint `show_thing`", "an example has `other`, which is no field", "erratum"],
    );
}

#[test]
fn permission_sets_that_run_backwards_are_refused() {
    let message = refusal("things.toml", "100-101", "101-100");
    says(&message, &["spec/things.toml", "endpoint `add_thing`", "`101-100` of permission sets ends before it begins"]);
}

#[test]
fn a_name_that_rust_cannot_take_is_refused() {
    let message = refusal("things.toml", "name = \"thing_id\"", "name = \"type\"");
    says(
        &message,
        &["spec/things.toml", "endpoint `show_thing`", "`type` has a name that Rust cannot take", "`rust_name`"],
    );
    let message = refusal("things.toml", "name = \"thing_id\"", "name = \"thingId\"");
    says(&message, &["`thingId` has a name that Rust cannot take"]);
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    let twice = "[[endpoint.request]]\nname = \"thing_id\"\ntype = \"Text\"\ndoc = \"Again.\"\n\n[[endpoint.request]]\nname = \"thing_id\"";
    let message = refusal("things.toml", "[[endpoint.request]]\nname = \"thing_id\"", twice);
    says(&message, &["spec/things.toml", "endpoint `show_thing`", "the field `thing_id` stands twice"]);
}

#[test]
fn a_type_name_that_is_taken_is_refused() {
    for name in ["AddThing", "Text", "thing"] {
        let object = format!(
            "doc = \"Things.\"\n\n[[object]]\nname = \"{name}\"\ndoc = \"A thing.\"\n\n[[object.field]]\nname = \"id\"\ntype = \"Text\"\ndoc = \"Its id.\"\n"
        );
        let message = refusal("things.toml", "doc = \"Things.\"\n", &object);
        says(&message, &["spec/things.toml", &format!("object `{name}`"), "choose another name"]);
    }
}

#[test]
fn a_place_or_a_method_that_cannot_be_is_refused() {
    let message = refusal("things.toml", "method = \"POST\"", "method = \"POST\"\nalso = [\"POST\"]");
    says(&message, &["endpoint `add_thing`", "`also` repeats the method"]);
    let message = refusal("things.toml", "name = \"name\"", "name = \"name\"\nvalue = \"x\"\nrequired = false");
    says(&message, &["endpoint `add_thing`", "has a `value`, but is no required Text"]);
    let part = "[[endpoint.request]]\nname = \"media\"\ntype = \"Text\"\nplace = \"part\"\ndoc = \"A file.\"\n\n[[endpoint]]\nname = \"show_thing\"";
    let message = refusal("things.toml", "[[endpoint]]\nname = \"show_thing\"", part);
    says(&message, &["endpoint `add_thing`", "a file and JSON"]);
}

#[test]
fn an_unknown_category_is_refused() {
    let message = refusal("errcodes.toml", "category = \"kf\"", "category = \"kff\"");
    says(&message, &["spec/errcodes.toml", "errcode `65404`", "unknown variant `kff`"]);
}

#[test]
fn names_of_the_wire_and_of_rust_may_differ() {
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replace("name = \"name\"\n", "name = \"type\"\nrust_name = \"kind\"\n");
    let outputs = outputs(&crate::root(), &read(&files).map_err(|problems| list(&problems)).unwrap()).unwrap();
    let rust = &outputs.iter().find(|output| output.path.ends_with("things.rs")).unwrap().text;
    says(rust, &["#[serde(rename = \"type\")]", "pub kind: String,", "kind: kind.into()", "FieldSpec::new(\"type\""]);
}

#[test]
fn an_erratum_about_nothing_is_refused() {
    let message = refusal("errata.toml", "add_thing", "add_things");
    says(&message, &["spec/errata.toml", "erratum C1", "`add_things`, which is nothing here"]);
}

#[test]
fn credentials_are_generated_as_secrets() {
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replace("name = \"name\"\ntype = \"Text\"", "name = \"secret\"\ntype = \"Secret\"");
    let spec = read(&files).unwrap();
    let outputs = outputs(&crate::root(), &spec).unwrap();
    let rust = &outputs.iter().find(|output| output.path.ends_with("things.rs")).unwrap().text;
    says(rust, &["pub secret: Secret,", "serialize_with = \"wire::secret\"", ".secret()"]);
}

/// The same check as the step `codegen` of `cargo xtask ci`: plain `cargo test` shows stale output as well.
#[test]
fn committed_output_is_fresh() {
    if let Err(message) = super::run(&crate::root(), true) {
        panic!("{message}");
    }
}

/// The guard itself: it fails until everything is written, and again when one file is changed.
#[test]
fn the_check_finds_what_is_not_as_it_should_be() {
    let root = std::env::temp_dir().join(format!("kf-codegen-{}", std::process::id()));
    let spec = root.join("crates/kf-model/spec");
    std::fs::create_dir_all(&spec).unwrap();
    std::fs::create_dir_all(root.join("crates/kf-model/src/generated")).unwrap();
    std::fs::copy(crate::root().join("rustfmt.toml"), root.join("rustfmt.toml")).unwrap();
    for (file, text) in good() {
        std::fs::write(spec.join(file), text).unwrap();
    }
    let before = super::run(&root, true).unwrap_err();
    super::run(&root, false).unwrap();
    let fresh = super::run(&root, true);
    std::fs::write(spec.join("openapi.json"), "{}").unwrap();
    let after = super::run(&root, true).unwrap_err();
    std::fs::remove_dir_all(&root).unwrap();
    says(&before, &["generated/things.rs", "openapi.json", "cargo xtask codegen"]);
    assert_eq!(fresh, Ok(()));
    says(&after, &["spec/openapi.json", "cargo xtask codegen"]);
    assert!(!after.contains("things.rs"), "{after}");
}

#[test]
fn stale_output_is_named_with_the_command_that_mends_it() {
    let folder = std::env::temp_dir().join(format!("kf-stale-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let output = |name: &str, text: &str| Output { path: format!("out/{name}"), text: text.to_owned() };
    let outputs = [output("a.rs", "a"), output("b.rs", "b")];
    assert_eq!(write(&folder, &outputs).unwrap(), ["out/a.rs", "out/b.rs"]);
    assert_eq!(stale(&folder, &outputs, &["out"]), [""; 0]);
    assert_eq!(write(&folder, &outputs).unwrap(), [""; 0], "what is fresh is left alone");
    std::fs::write(folder.join("out/b.rs"), "edited by hand").unwrap();
    std::fs::write(folder.join("out/c.rs"), "nothing makes it").unwrap();
    let found = stale(&folder, &outputs, &["out"]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(found, ["out/b.rs", "out/c.rs"]);
    says(&stale_message(&found), &["out/b.rs", "cargo xtask codegen"]);
}

/// A union, the objects that go with its words, and a call that sends it.
const UNION: &str = r#"doc = "Things."

[[union]]
name = "Parcel"
tag = "kind"
doc = "One of two."

[[union.member]]
name = "case"
variant = "Box"
object = "BoxParcel"
callers = ["mini-game"]
doc = "A box."

[[union.member]]
name = "letters"
variant = "Letters"
object = "LettersParcel"
callers = ["mini-game", "mini-program"]
doc = "Some letters."

[[object]]
name = "BoxParcel"
doc = "A box."

[[object.field]]
name = "size"
type = "Text"
required = false
doc = "Its size."

[[object]]
name = "LettersParcel"
doc = "Some letters."

[[object.field]]
name = "letters"
type = "[Letter]"
exactly = 2
doc = "The letters."

[[object]]
name = "Letter"
doc = "A letter."

[[object.field]]
name = "text"
type = "Text"
doc = "What it says."

"#;

const FIELD: &str = "name = \"name\"\ntype = \"Text\"\ndoc = \"Its name.\"";
const UNION_FIELD: &str = "name = \"kind\"\nrust_name = \"parcel\"\ntype = \"Parcel\"\ndoc = \"What.\"";

fn with_union() -> Files {
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("doc = \"Things.\"\n", UNION, 1).replacen(FIELD, UNION_FIELD, 1);
    files
}

/// What is said of a specification with a union and one text of it replaced by another.
fn refusal_of_union(from: &str, to: &str) -> String {
    let mut files = with_union();
    let things = files.get_mut("things.toml").unwrap();
    assert!(things.contains(from), "{from:?} is not there");
    *things = things.replacen(from, to, 1);
    list(&read(&files).expect_err("the specification is bad, yet it is taken"))
}

#[test]
fn a_union_is_an_enum_of_what_is_sent() {
    let spec = read(&with_union()).map_err(|problems| list(&problems)).unwrap();
    let outputs = outputs(&crate::root(), &spec).unwrap();
    let text = |name: &str| outputs.iter().find(|output| output.path.ends_with(name)).unwrap().text.as_str();
    says(
        text("things.rs"),
        &[
            "#[serde(flatten)]\n    pub parcel: Parcel,",
            "pub fn new(parcel: impl Into<Parcel>) -> Self",
            "Box(BoxParcel)",
            "Self::Letters(body) => wire::tagged(serializer, \"kind\", \"letters\", body)",
            "Self::Box(_) => &[AccountKind::MiniGame]",
            "pub letters: [Letter; 2],",
            "Some((self.parcel.kind(), self.parcel.senders()))",
            "#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]\n#[non_exhaustive]\npub struct BoxParcel",
        ],
    );
    says(
        text("api.rs"),
        &["pub kind: Option<String>,", "pub letters: Option<LettersParcel>,", "pub letters: Option<Vec<Letter>>,"],
    );
    says(text("methods.rs"), &["pub async fn add_thing(&self, parcel: impl Into<Parcel>) -> Result<(), Error>"]);
    says(
        text("calls.rs"),
        &[
            "(\"add_thing\", send::<AddThing>)",
            "name: \"Parcel\"",
            "(\"case\", \"BoxParcel\")",
            "Member { name: \"letters\", kind: \"[Letter]\", required: true }",
        ],
    );
    let openapi: serde_json::Value = serde_json::from_str(text("openapi.json")).unwrap();
    let schemas = &openapi["components"]["schemas"];
    assert_eq!(schemas["AddThing"]["properties"]["kind"]["enum"], serde_json::json!(["case", "letters"]));
    assert_eq!(schemas["AddThing"]["oneOf"][1]["required"], serde_json::json!(["letters"]));
    assert_eq!(schemas["LettersParcel"]["properties"]["letters"]["maxItems"], 2);
    says(text("ENDPOINTS.md"), &["| `case` | `case`: `BoxParcel` | mini-game | A box. |"]);
}

#[test]
fn a_union_that_cannot_be_is_refused() {
    let cases = [
        ("object = \"BoxParcel\"", "object = \"Box\"", "the member `case` has the unknown object `Box`"),
        ("variant = \"Letters\"", "variant = \"Box\"", "the member `letters` stands twice"),
        ("name = \"case\"", "name = \"box\"", "the member `box` has a name that Rust cannot take"),
        ("callers = [\"mini-game\"]", "callers = []", "nobody may send `case`"),
        ("name = \"kind\"", "name = \"what\"", "the field `what` has the unknown type `Parcel`"),
        ("name = \"Parcel\"", "name = \"Letter\"", "has the name of another type"),
        ("exactly = 2", "exactly = 2\nrequired = true\nvalues = 3", "unknown field `values`"),
        ("type = \"[Letter]\"", "type = \"Text\"", "says how many rows it has, and is no list"),
    ];
    for (from, to, what) in cases {
        says(&refusal_of_union(from, to), &["spec/things.toml", what]);
    }
    let example = "errcodes = [65404, 65406]\n\n[[endpoint.example]]\nsource = \"002\"\nrequest = '{\"bag\":1}'\nresponse = \"{}\"\n";
    says(&refusal_of_union("errcodes = [65404, 65406]", example), &["an example has `bag`, which is no field"]);
    let mut files = with_union();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("errcodes = [65404, 65406]", &example.replace("bag", "case"), 1);
    assert_eq!(read(&files).map_err(|problems| list(&problems)).map(drop), Ok(()), "the words of a union are members");
}

#[test]
fn an_object_goes_one_way() {
    let answer = "errcodes = []\n\n[[endpoint.response]]\nname = \"letter\"\ntype = \"Letter\"\ndoc = \"One.\"\n";
    let message = refusal_of_union("errcodes = []\n", answer);
    says(&message, &["object `Letter`", "is sent and answered", "an object for each"]);
}

#[test]
fn calls_on_one_path_are_told_apart() {
    let get = "name = \"show_thing\"\nwire_name = \"getthing\"\nmethod = \"GET\"\npath = \"/thing/get\"";
    let post =
        "name = \"show_thing\"\nwire_name = \"getthing\"\ndialect = \"b\"\nmethod = \"POST\"\npath = \"/thing/add\"";
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen(get, post, 1).replacen("thing_id", "name", 1);
    let message = list(&read(&files).expect_err("nothing tells the two apart"));
    says(&message, &["endpoint `add_thing`", "cannot be told from `show_thing`, which a mini-game may call too"]);
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("mini-game = \"any\"", "mini-program = \"any\"", 1);
    assert_eq!(read(&files).map_err(|problems| list(&problems)).map(drop), Ok(()), "their callers tell them apart");
}

#[test]
fn credentials_inside_of_objects_are_seen() {
    let object = "doc = \"Things.\"\n\n[[object]]\nname = \"Inner\"\ndoc = \"A thing.\"\n\n[[object.field]]\nname = \"key\"\ntype = \"Secret\"\nrequired = false\ndoc = \"Its key.\"\n";
    let answer = "errcodes = []\nanswers_file = true\n\n[[endpoint.response]]\nname = \"inner\"\ntype = \"Inner\"\ndoc = \"One.\"\n";
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("doc = \"Things.\"\n", object, 1).replacen("errcodes = []\n", answer, 1);
    let outputs = outputs(&crate::root(), &read(&files).map_err(|problems| list(&problems)).unwrap()).unwrap();
    let rust = &outputs.iter().find(|output| output.path.ends_with("things.rs")).unwrap().text;
    says(
        rust,
        &[
            "FieldSpec::new(\"inner\", \"Inner\", Place::Body, \"One.\").secret()",
            "PartialEq, Eq, Deserialize)]\n#[non_exhaustive]\npub struct ShowThingResponse",
            "deserialize_with = \"wire::object\"",
            "deserialize_with = \"wire::optional\"",
            "type Response = FileOr<ShowThingResponse>;",
            "answers_file: true,",
        ],
    );
    let message = refusal("things.toml", "errcodes = []\n", "errcodes = []\nanswers_file = true\n");
    says(&message, &["endpoint `show_thing`", "answers a file or nothing"]);
}

#[test]
fn a_call_may_be_checked_by_hand() {
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("errcodes = []\n", "errcodes = []\nchecked = true\n", 1);
    let outputs = outputs(&crate::root(), &read(&files).map_err(|problems| list(&problems)).unwrap()).unwrap();
    let rust = &outputs.iter().find(|output| output.path.ends_with("things.rs")).unwrap().text;
    says(rust, &["fn unfit(&self) -> Option<Unfit> {\n        self.broken_rule()\n    }"]);
    assert_eq!(rust.matches("fn unfit").count(), 1);
}

/// A reference beside `type: null` is no schema.
#[test]
fn an_object_that_may_be_missing_may_be_null() {
    let object = "doc = \"Things.\"\n\n[[object]]\nname = \"Inner\"\ndoc = \"A thing.\"\n\n[[object.field]]\nname = \"id\"\ntype = \"Text\"\ndoc = \"Its id.\"\n";
    let answer = "errcodes = []\n\n[[endpoint.response]]\nname = \"inner\"\ntype = \"Inner\"\nrequired = false\ndoc = \"One.\"\n";
    let mut files = good();
    let things = files.get_mut("things.toml").unwrap();
    *things = things.replacen("doc = \"Things.\"\n", object, 1).replacen("errcodes = []\n", answer, 1);
    let outputs = outputs(&crate::root(), &read(&files).map_err(|problems| list(&problems)).unwrap()).unwrap();
    let text = |name: &str| outputs.iter().find(|output| output.path.ends_with(name)).unwrap().text.as_str();
    let openapi: serde_json::Value = serde_json::from_str(text("openapi.json")).unwrap();
    let inner = &openapi["components"]["schemas"]["ShowThingResponse"]["properties"]["inner"];
    assert_eq!(inner["anyOf"][1], serde_json::json!({ "type": "null" }));
    assert!(inner.get("type").is_none(), "{inner}");
    says(
        text("things.rs"),
        &["deserialize_with = \"wire::optional_object\"", "Debug, Default, PartialEq, Eq, Deserialize"],
    );
}
