use super::*;
use crate::cases::{Flow, named};

fn report(verdicts: &[(&str, Verdict)], flow: Flow) -> Report {
    let style = RequestStyle { flow, sends_nonce: true, sends_state: true };
    let result = |&(name, verdict): &(&str, Verdict)| {
        let case = named(&[name.to_owned()]).unwrap()[0];
        CaseReport::new(
            case,
            verdict,
            style,
            "page <b> & \u{1}\"x\"".to_owned(),
            Duration::from_millis(1_240),
        )
    };
    let results = verdicts.iter().map(result).collect();
    let start = "http://localhost:3000/".to_owned();
    Report { start, client_id: "shop & co".to_owned(), style, results, seconds: 12.0 }
}

const VERDICTS: [(&str, Verdict); 4] = [
    ("oidcc-client-test-invalid-iss", Verdict::Refused),
    ("oidcc-client-test-invalid-sig-rs256", Verdict::Accepted),
    ("oidcc-client-test-userinfo-invalid-sub", Verdict::NotReached),
    ("step-up-less-scope", Verdict::Accepted),
];

#[test]
fn what_may_be_accepted_depends_on_the_flow() {
    assert!(report(&VERDICTS, Flow::Code).is_safe());
    assert!(!report(&VERDICTS, Flow::Implicit).is_safe());
    assert!(report(&VERDICTS[..1], Flow::Implicit).is_safe());
}

#[test]
fn text_says_what_matters() {
    let text = report(&VERDICTS, Flow::Implicit).render(Format::Text);
    for part in [
        "http://localhost:3000/ (shop & co, implicit flow)",
        "  refused      oidcc-client-test-invalid-iss\n  ACCEPTED     oidcc-client-test-invalid-sig-rs256\n",
        "OpenID Connect Core 3.1.3.7, 6. Anybody can write",
        "What to do: Verify the signature",
        "\nstep-up\n  accepted     step-up-less-scope\n",
        "4 misbehaviours: 1 refused, 1 accepted that must be refused, 1 accepted that may be, 1 not reached.",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn json_has_all_of_it() {
    let text = report(&VERDICTS, Flow::Implicit).render(Format::Json);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&json["safe"], &json["requests"]["flow"]), (&json!(false), &json!("implicit")));
    let result = &json["results"][1];
    assert_eq!((&result["verdict"], &result["bad"]), (&json!("accepted"), &json!(true)));
    assert_eq!((&result["phase"], &result["may_accept"]), (&json!("log-in"), &Value::Null));
    assert_eq!(json["results"][2]["verdict"], "not-reached");
    assert_eq!(json["results"][3]["seconds"], 1.2);
}

#[test]
fn junit_is_xml_whatever_the_page_said() {
    let xml = report(&VERDICTS, Flow::Implicit).render(Format::Junit);
    for part in [
        "<testsuite name=\"conformance of shop &amp; co\" tests=\"4\" failures=\"1\" skipped=\"1\"",
        "<testcase classname=\"log-in\" name=\"oidcc-client-test-invalid-iss\" time=\"1.2\"></testcase>",
        "<failure message=\"accepted: Anybody can write",
        "<skipped message=\"page &lt;b&gt; &amp; \u{fffd}&quot;x&quot;\"/>",
        "<system-out>accepted. The API has the last word",
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
}
