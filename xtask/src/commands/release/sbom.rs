//! The bill of materials: what a release consists of, in the format of `CycloneDX`, which scanners read.

use super::packages::Package;
use serde_json::{Value, json};

/// Without a serial number and without a time, both of which the format leaves free: the same release has the same one.
pub(super) fn cyclonedx(version: &str, packages: &[Package]) -> String {
    let own = format!("pkg:generic/riser@{version}");
    let mut dependencies =
        vec![json!({ "ref": own, "dependsOn": packages.iter().map(purl).collect::<Vec<_>>() })];
    dependencies.extend(packages.iter().map(|package| {
        let uses: Vec<String> = package.uses.iter().map(|place| purl(&packages[*place])).collect();
        json!({ "ref": purl(package), "dependsOn": uses })
    }));
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "riser",
                "version": version,
                "licenses": [{ "license": { "id": "MIT" } }],
                "purl": own,
            },
        },
        "components": packages.iter().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies,
    });
    format!("{bill:#}\n")
}

fn component(package: &Package) -> Value {
    let Package { name, version, licence, repository, .. } = package;
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": name,
        "version": version,
        "purl": purl(package),
        // An old way to write it, which SPDX does not know.
        "licenses": [{ "expression": licence.replace('/', " OR ") }],
    });
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if !repository.is_empty() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_say_where_they_are_from_and_what_they_use() {
        let package = |name: &str, version: &str, uses: &[usize]| Package {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: "MIT/Apache-2.0".to_owned(),
            authors: Vec::new(),
            repository: String::new(),
            checksum: Some("ab".to_owned()),
            folder: "/".into(),
            uses: uses.to_vec(),
        };
        let bill = cyclonedx("1.2.3", &[package("a", "1.0.0", &[1]), package("b", "2.0.0+x", &[])]);
        let bill: Value = serde_json::from_str(&bill).unwrap();
        assert_eq!(bill["components"][1]["purl"], "pkg:cargo/b@2.0.0%2Bx");
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "ab");
        assert_eq!(bill["dependencies"][0]["ref"], "pkg:generic/riser@1.2.3");
        assert_eq!(bill["dependencies"][1]["dependsOn"], json!(["pkg:cargo/b@2.0.0%2Bx"]));
        assert_eq!(bill["dependencies"][2]["dependsOn"], json!([]));
    }
}
