//! What people download works, with nothing else on the machine.

use crate::steps::{RENT, WELCOME, ask_for_step_up, sees_balance};
use e2e::{
    TestError,
    download::{Download, up},
    people::{ADA, BEN, PASSWORD},
    phone::Phone,
    provider_pages::enter_password,
};
use std::{fs, sync::Arc};

/// Proves: download-scenario
#[test]
fn archive_has_all_that_a_step_up_takes() {
    let download = Download::unpack().unwrap();
    up(&download, async |up| {
        let page = &up.page;
        page.open(&up.app).await?;
        page.heading(WELCOME).appears().await?;
        let phone = Phone::at_address(ADA, up.browser.new_window().await?, &up.phone).await?;
        page.button("Log in").click().await?;
        page.heading("Log in").appears().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        let number = ask_for_step_up(page, RENT).await?;
        assert!(phone.request().await?.contains("transfer funds"));
        phone.choose(&number).await?;
        let receipt = page.status().reads("Transfer sent").await?;
        assert!(!receipt.contains("already"), "{receipt}");
        sees_balance(page, ADA.opening - RENT.minor).await?;
        Ok(())
    });
    tokio::runtime::Runtime::new().unwrap().block_on(books_have_the_transfer(&download)).unwrap();
}

/// It is stopped, and the books are where it keeps them when nobody says where.
async fn books_have_the_transfer(download: &Download) -> Result<(), TestError> {
    let folder = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    let file = download.home().join(folder).join("riser/bank.sqlite");
    assert!(file.is_file(), "there is no {}", file.display());
    let config = bank::Config { opening_accounts: Vec::new(), ..companion_bank(bank::Database::File(file)) };
    let bank = bank::Bank::open(config, Arc::new(bank::SystemClock)).await.map_err(permanent)?;
    bank.ledger().audit().await.map_err(permanent)?;
    for (person, expected) in [(ADA, ADA.opening - RENT.minor), (BEN, BEN.opening + RENT.minor)] {
        assert_eq!(
            bank.ledger().balance(person.iban).await.map_err(permanent)?,
            Some(expected),
            "{}",
            person.name
        );
    }
    bank.close().await;
    Ok(())
}

fn companion_bank(books: bank::Database) -> bank::Config {
    companion::demo::bank("http://localhost/", Vec::new(), books, companion::demo::Demo::Empty, 0)
}

fn permanent(error: impl std::error::Error) -> TestError {
    TestError::permanent(error.to_string())
}

/// Proves: download-client
#[tokio::test]
async fn client_alone_is_served_with_the_sample_configuration() -> Result<(), TestError> {
    let download = Download::unpack()?;
    let config = download.path().join("examples/client.json");
    let config = config.to_str().unwrap();
    let program = download.start(&["client", "--config", config, "--listen", "127.0.0.1:0"])?;
    let address = program.says("The client is at ", 1).await?;
    let answer = reqwest::Client::new().get(&address).header("accept-encoding", "br").send().await?;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap_or_default().to_owned();
    assert_eq!(header("content-encoding"), "br");
    assert!(
        header("content-security-policy").contains("connect-src 'self' http://localhost:8090"),
        "{answer:?}"
    );
    let health = download.run(&["health", &address]).await?;
    assert!(health.status.success(), "{health:?}");
    program.interrupt().await?;
    let health = download.run(&["health", &address]).await?;
    assert!(!health.status.success(), "{health:?}");
    Ok(())
}

/// Proves: download-contents
#[tokio::test]
async fn archive_has_what_belongs_to_the_program() -> Result<(), TestError> {
    let download = Download::unpack()?;
    let licence = fs::read_to_string(download.path().join("LICENSE"))?;
    assert!(licence.contains("MIT License"), "{licence}");
    for name in ["README.md", "THIRD-PARTY-LICENSES.txt", "docs/tenant.md", "docs/release.md"] {
        assert!(download.path().join(name).is_file(), "{name}");
    }
    for (name, word) in
        [("riser.bash", "complete -F"), ("_riser", "#compdef riser"), ("riser.fish", "complete -c riser")]
    {
        let script = fs::read_to_string(download.path().join("completions").join(name))?;
        assert!(script.contains(word) && script.contains("tenant"), "{name}");
    }
    let sample = download.path().join("examples/tenant.toml");
    let checked = download.run(&["tenant", "check", "--config", sample.to_str().unwrap()]).await?;
    assert!(checked.status.success(), "{checked:?}");
    let written = download.run(&["tenant", "init", "mine"]).await?;
    assert!(String::from_utf8_lossy(&written.stdout).contains("riser tenant --config mine"), "{written:?}");
    let (own, sample) = (fs::read(download.home().join("mine/tenant.toml"))?, fs::read(sample)?);
    assert_eq!(own, sample);
    Ok(())
}
