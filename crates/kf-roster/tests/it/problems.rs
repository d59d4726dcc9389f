//! What is wrong with a file: everything at once, with its place and what to do.

use kf_roster::{Form, Roster, Row};

fn toml(text: &str) -> String {
    Roster::from_toml(text).unwrap_err().to_string()
}

fn csv(text: &str) -> String {
    Roster::from_csv(text).unwrap_err().to_string()
}

#[test]
fn all_that_is_wrong_with_toml_is_told_at_once() {
    let text = r#"title = "our people"

[[account]]
account = "sales@shop"
nickname = "Sales"
wroker = "wang_li"

[[account]]
nickname = "客服客服客服客服客服客服客服客服1"
account = "sales.1@shop"
colour = "red"

[[account]]
account = "help@shop"
worker = "zhang 3"

[[account]]
account = "sales@shop"
nickname = 7
picture = ""
worker = "li_na"

[[account]]
account = "last@shpo"
nickname = "Last"
worker = "li_na"
"#;
    assert_eq!(
        toml(text),
        "\
line 1, column 1: there is no title outside of an account; a roster has [[account]] alone
line 6, column 1: there is no field wroker; did you mean worker?
line 9, column 12: nickname: the nickname has 17 characters; at most 16 are allowed
line 10, column 11: account: the prefix has '.' at character 6; only A-Z, a-z, 0-9 and _ are allowed
line 11, column 1: there is no field colour; the fields are account, nickname, picture, worker
line 13: nickname: the row has no nickname; every account needs one
line 15, column 10: worker: the WeChat ID has ' ' at character 6; white space, control and hidden characters are not allowed
line 18, column 11: account: sales@shop stands in line 4 already; keep one of the two
line 19, column 12: nickname: this is no text; write it in quotes
line 20, column 11: picture: the name of the picture is empty; name a file, or leave the field out
line 24, column 11: account: the suffix of last@shpo is not shop, as in other rows; all accounts of an app have its WeChat ID as their suffix; correct it, or keep a file for each app
line 26, column 10: worker: li_na is the worker of line 21 already; a person works as one account of an app; name another"
    );
}

#[test]
fn all_that_is_wrong_with_csv_is_told_at_once() {
    let text = "\u{FEFF}nickname,account,kf_wx,notes,\r\n\
                Sales,sales@shop,wang_li,,\r\n\
                \r\n\
                ,help@shop,,,\r\n\
                Fast, fast,fast@shop,,,x\r\n\
                \"Long\r\nname\",long@shop,,,\r\n\
                Say \"hi\",hi@shop,,,\r\n\
                \"Say\" hi,hi2@shop,,,\r\n\
                Bad,bad＠shop,,,x\r\n\
                ,,,,\r\n\
                \"Open,open@shop\r\n";
    assert_eq!(
        csv(text),
        "\
line 1, column 18: there is no field kf_wx; did you mean worker?
line 1, column 24: there is no field notes; the fields are account, nickname, picture, worker
line 4: nickname: the row has no nickname; every account needs one
line 5: the line has 6 cells, but 5 columns are named; a cell with a comma in it stands in quotes
line 6, column 1: this cell goes on over several lines; no field has a line break; is a quote missing?
line 8, column 1: there is a quote in a cell that does not begin with one; put the whole cell into quotes, and write each quote in it twice
line 9, column 1: there is text behind the quote that ends this cell; write each quote within a cell twice
line 10, column 5: account: character 4 is the full-width ＠; write the @ of the Latin keyboard
line 10, column 16: this column has no name; name it in the first line, or empty it
line 12, column 1: the quote that begins here has no end; end the cell with a quote"
    );
}

#[test]
fn files_of_another_kind_are_told_as_what_they_are() {
    let cases = [
        (
            "",
            "the file is empty; begin with the line account,nickname,picture,worker, and write a line for each account",
        ),
        (
            "\u{FEFF}\r\n\r\n",
            "the file is empty; begin with the line account,nickname,picture,worker, and write a line for each account",
        ),
        (
            "account,nickname\n",
            "the roster has no account; write at least one; to remove every account, delete them by hand",
        ),
        (
            "account;nickname\na@b;c\n",
            "line 1: the columns are separated by semicolons; save the file with commas between the columns",
        ),
        (
            "account\tnickname\na@b\tc\n",
            "line 1: the columns are separated by tabs; save the file with commas between the columns",
        ),
        (
            "account，nickname\na@b，c\n",
            "line 1: the columns are separated by full-width commas; save the file with commas between the columns",
        ),
        (
            "a@b,c\nd@b,e\n",
            "line 1: the first line does not name the columns; let the first line be account,nickname,picture,worker",
        ),
        ("account,worker\na@b,c\nd@b,e\n", "line 1: nickname: there is no column nickname; every account needs one"),
        (
            "account,nickname,account\na@b,c,d@b\n",
            "line 1, column 18: there are two columns account; keep one of the two",
        ),
    ];
    for (text, problems) in cases {
        assert_eq!(csv(text), problems, "{text:?}");
    }
    let cases = [
        ("", "the roster has no account; write at least one; to remove every account, delete them by hand"),
        ("# nothing\n", "the roster has no account; write at least one; to remove every account, delete them by hand"),
        (
            "account = 7",
            "line 1, column 11: account is no list of accounts; write [[account]] before each account, and its fields below it",
        ),
        (
            "account = [7]",
            "line 1, column 12: this is no account; write [[account]] before each account, and its fields below it",
        ),
        (
            "nickname = \"x\"",
            "line 1, column 1: there is no nickname outside of an account; write [[account]] before each account, and its fields below it",
        ),
    ];
    for (text, problems) in cases {
        assert_eq!(toml(text), problems, "{text:?}");
    }
    let broken = toml("[[account]]\naccount = sales@shop\nnickname = \"Sales\n");
    assert!(broken.starts_with("line 2, column 11: this is no TOML: "), "{broken}");
    assert!(broken.contains("\nline 3, column "), "{broken}");
    assert!(broken.ends_with("texts stand in quotes, as in nickname = \"Sales\""), "{broken}");
}

#[test]
fn files_that_are_not_utf_8_are_told_with_the_line() {
    let gbk = b"account,nickname\na@b,Sales\nc@b,\xBF\xCD\xB7\xFE\n";
    let problems = Roster::from_bytes(gbk, Form::Csv).unwrap_err().to_string();
    assert_eq!(
        problems,
        "line 3, column 5: the file is not UTF-8; save it as UTF-8; spreadsheets call that \"CSV UTF-8\""
    );
    let problems = Roster::from_bytes(b"\xFF\xFEa\0", Form::Csv).unwrap_err().to_string();
    assert_eq!(problems, "the file is UTF-16; save it as UTF-8; spreadsheets call that \"CSV UTF-8\"");
}

#[test]
fn a_hundred_accounts_are_enough() {
    let lines = |count: usize| (0..count).map(|index| format!("a{index}@b,n\n")).collect::<String>();
    let text = |count: usize| format!("account,nickname\n{}", lines(count));
    assert_eq!(Roster::from_csv(&text(100)).unwrap().rows().len(), 100);
    assert_eq!(csv(&text(102)), "line 102, column 1: the roster has 102 accounts; an app may have 100; take out 2");
}

#[test]
fn names_that_differ_in_case_are_two_and_those_of_the_platform_stand_beside_others() {
    let text = "account,nickname\na@shop,x\nA@shop,y\nkf2001@gh_0123456789ab,z\n";
    assert_eq!(Roster::from_csv(text).unwrap().rows().len(), 3);
}

#[test]
fn rows_that_were_not_read_are_told_by_their_number() {
    let row = |account: &str| Row::new(account.parse().unwrap(), "x".parse().unwrap());
    let mut bad = row("b@shop");
    bad.picture = Some("a\nb".to_owned());
    let problems = Roster::new([row("a@shop"), bad, row("a@shop")]).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "\
line 2: picture: the name of the picture has a control character; name a file without one
line 3: account: a@shop stands in line 1 already; keep one of the two"
    );
    assert_eq!(Roster::new([row("a@shop")]).unwrap().rows()[0].line, 1);
}

#[test]
fn problems_are_data_too_and_many_of_them_are_counted() {
    let problems = Roster::from_csv("account,nickname\na@b\n").unwrap_err();
    let json = serde_json::to_value(problems.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(json[0]["line"], 2);
    assert_eq!(json[0]["field"], "nickname");
    let text = format!("account,nickname\n{}", "x,y\n".repeat(5_000));
    let problems = Roster::from_csv(&text).unwrap_err();
    assert_eq!(problems.len(), 5_001);
    assert!(problems.to_string().ends_with("\nand 4801 more"));
}
