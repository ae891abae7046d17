//! What the bank says about payees, and whether it knows them at all.

use alloc::{string::String, vec::Vec};

use crate::{
    bank_api::response::{ReadError, accepted, successful, unreadable},
    domain::{NameCheck, Payee},
    http::HttpResult,
    json::Json,
};

/// What `GET /payees` brought.
pub(crate) fn read_payees(outcome: HttpResult) -> Result<Vec<Payee>, ReadError> {
    let body = successful(outcome)?;
    let payee = |item: &Json| Payee::read(item.as_object()?);
    let list = body.list("payees").and_then(|list| list.iter().map(payee).collect());
    list.ok_or_else(|| ReadError::Failed(unreadable()))
}

/// What `PUT` or `DELETE /payees/{iban}` brought.
pub(crate) fn read_change(outcome: HttpResult) -> Result<(), ReadError> {
    accepted(outcome).map(drop)
}

/// What `POST /payees/verify` brought: the answer, and the holder's name where the two are close.
pub(crate) fn read_name_check(outcome: HttpResult) -> Result<(NameCheck, Option<String>), ReadError> {
    let body = successful(outcome)?;
    let check = body.text("result").as_deref().and_then(NameCheck::parse);
    let name = body.text("name").filter(|_| check == Some(NameCheck::CloseMatch));
    check.map(|check| (check, name)).ok_or_else(|| ReadError::Failed(unreadable()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpResponse;
    use alloc::borrow::ToOwned;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    #[test]
    fn reads_saved_payees() {
        let body = r#"{"payees":[{"iban":"GB82WEST12345698765432","name":"Ben Example"}]}"#;
        let iban = crate::domain::Iban::parse("GB82WEST12345698765432").unwrap();
        let expected = Payee { iban, name: "Ben Example".into() };
        assert_eq!(read_payees(Ok(answer(200, body))), Ok([expected].into()));
        for (status, body) in [(404, ""), (405, ""), (501, ""), (200, "<!doctype html>")] {
            assert_eq!(read_payees(Ok(answer(status, body))), Err(ReadError::NotOffered), "{status}");
        }
        assert!(matches!(read_payees(Ok(answer(200, r#"{"payees":[{}]}"#))), Err(ReadError::Failed(_))));
    }

    #[test]
    fn reads_the_four_answers_and_no_other() {
        let read = |body| read_name_check(Ok(answer(200, body)));
        let close = (NameCheck::CloseMatch, Some("Ben Example".into()));
        assert_eq!(read(r#"{"result":"match"}"#), Ok((NameCheck::Match, None)));
        assert_eq!(read(r#"{"result":"close-match","name":"Ben Example"}"#), Ok(close));
        assert_eq!(read(r#"{"result":"no-match","name":"Not for us"}"#), Ok((NameCheck::NoMatch, None)));
        assert_eq!(read(r#"{"result":"not-possible"}"#), Ok((NameCheck::NotPossible, None)));
        for body in ["{}", r#"{"result":"maybe"}"#, r#"{"result":true}"#] {
            assert!(matches!(read(body), Err(ReadError::Failed(_))), "{body}");
        }
        assert_eq!(read_name_check(Ok(answer(404, ""))), Err(ReadError::NotOffered));
    }
}
