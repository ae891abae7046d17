//! The catalogues of messages as they are sent: without blanks, and with a hash of the content in their names, so that
//! browsers keep them. The page lists the languages that there are.

use crate::failure::Result;
use crate::files::files_below;
use crate::hex::hex;
use crate::languages;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Writes the list of languages into the page, and rewrites `dist/messages`, whose files it names.
pub(super) fn hash(dist: &Path) -> Result {
    let page = dist.join("index.html");
    let folder = dist.join("messages");
    let mut text = languages::with_list(&fs::read_to_string(&page)?, &languages::read(&folder)?)?;
    for path in files_below(&folder)? {
        let catalogue: serde_json::Value =
            serde_json::from_slice(&fs::read(&path)?).map_err(std::io::Error::from)?;
        let packed = catalogue.to_string();
        let language = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{language}-{}.json", &hex(&Sha256::digest(&packed))[..16]);
        text = text.replace(&format!("messages/{language}.json"), &format!("messages/{name}"));
        fs::write(path.with_file_name(name), packed)?;
        fs::remove_file(&path)?;
    }
    Ok(fs::write(page, text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_names_the_hashed_catalogue() {
        let dist = std::env::temp_dir().join(format!("riser-messages-{}", std::process::id()));
        drop(fs::remove_dir_all(&dist));
        fs::create_dir_all(dist.join("messages")).unwrap();
        let list = "<script type=\"application/json\" id=\"riser-languages\">{}</script>";
        fs::write(dist.join("index.html"), list).unwrap();
        fs::write(dist.join("messages/en.json"), "{\n  \"language.name\": \"b\"\n}\n").unwrap();
        hash(&dist).unwrap();
        let [path] = &files_below(&dist.join("messages")).unwrap()[..] else { panic!("one file") };
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(client_hosting::is_hashed(&format!("messages/{name}")), "{name}");
        assert_eq!(fs::read_to_string(path).unwrap(), r#"{"language.name":"b"}"#);
        let page = fs::read_to_string(dist.join("index.html")).unwrap();
        assert!(page.contains(&format!("\"en\": [\"b\", \"\", \"/messages/{name}\"]")), "{page}");
        fs::remove_dir_all(&dist).unwrap();
    }
}
