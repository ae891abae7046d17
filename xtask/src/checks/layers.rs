//! The layers of each crate, as `xtask/layers.txt` lists them: imports point down only, and files do not import each other
//! in circles.

use super::imports::{Edge, Imports};
use crate::failure::{Failure, Result};
use crate::progress::say;
use crate::project::Project;
use fs_err as fs;

const LIST: &str = "xtask/layers.txt";
/// A circle may be a parent with its own children, and no larger than this.
const MAX_CIRCLE: usize = 4;

/// Prints what each crate consists of, and then what is wrong with it.
pub(crate) fn run(project: &Project) -> Result {
    for layers in read_list(project)? {
        let imports = Imports::read(&project.root, &layers.folder)?;
        let circles: Vec<usize> = imports.circles().iter().map(Vec::len).collect();
        let counts = format!("{} files, {} imports", imports.files.len(), imports.edges.len());
        say(&format!("{:<28}{counts}, sizes of circles: {circles:?}", layers.folder));
    }
    check(project)
}

fn check(project: &Project) -> Result {
    let mut problems = Vec::new();
    for layers in read_list(project)?.into_iter().filter(|layers| !layers.rooms.is_empty()) {
        problems.extend(layers.problems(&Imports::read(&project.root, &layers.folder)?));
    }
    let advice = format!(
        "move what is needed down, to the room that owns it, or pass it in as an argument; a room that is new gets its \
         place in {LIST}"
    );
    Failure::of_problems(&problems, advice)
}

fn read_list(project: &Project) -> Result<Vec<Layers>> {
    Ok(parse(&fs::read_to_string(project.root.join(LIST))?))
}

/// `[crates/bank]`, and below it the layers from the top down, a line each.
fn parse(text: &str) -> Vec<Layers> {
    let mut found: Vec<Layers> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(folder) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            found.push(Layers { folder: folder.to_owned(), rooms: Vec::new() });
        } else if let Some(layers) = found.last_mut() {
            let depth = layers.rooms.last().map_or(0, |room| room.depth + 1);
            layers.rooms.extend(line.split_whitespace().map(|name| Room { name: name.to_owned(), depth }));
        }
    }
    found
}

struct Layers {
    folder: String,
    rooms: Vec<Room>,
}

/// A file, or a folder with the file of its name.
struct Room {
    /// The path below `src`, without `.rs`.
    name: String,
    /// 0 is the top.
    depth: usize,
}

impl Layers {
    fn problems(&self, imports: &Imports) -> Vec<String> {
        let Imports { files, edges } = imports;
        let mut problems = Vec::new();
        let rooms: Vec<Option<&Room>> = files.iter().map(|file| self.room(file)).collect();
        let unknown = files.iter().zip(&rooms).filter(|(_, room)| room.is_none());
        problems.extend(unknown.map(|(file, _)| format!("{}: is in no room of {LIST}", self.path(file))));
        let is_used = |name: &str| rooms.iter().flatten().any(|room| room.name == name);
        let empty = self.rooms.iter().filter(|room| !is_used(&room.name));
        problems.extend(empty.map(|room| format!("{LIST}: [{}] has no room `{}`", self.folder, room.name)));
        for Edge { from, to, line, path } in edges {
            let (Some(here), Some(there)) = (rooms[*from], rooms[*to]) else { continue };
            if here.name == there.name || here.depth < there.depth {
                continue;
            }
            let (a, b) = (&here.name, &there.name);
            let reason = if here.depth == there.depth {
                format!("`{a}` and `{b}` are in one layer and do not import each other")
            } else {
                format!("`{a}` is below `{b}`, so that only `{b}` may import `{a}`")
            };
            let (file, defined_in) = (self.path(&files[*from]), &files[*to]);
            problems.push(format!("{file}:{line}: `{path}` is in `{defined_in}`: {reason}"));
        }
        for circle in imports.circles() {
            let names: Vec<&str> = circle.iter().map(|file| files[*file].as_str()).collect();
            if is_family(&names) {
                continue;
            }
            let steps = edges.iter().filter(|edge| [edge.from, edge.to].iter().all(|it| circle.contains(it)));
            let steps =
                steps.map(|it| format!("\n  {}:{}: `{}`", self.path(&files[it.from]), it.line, it.path));
            let (names, steps) = (names.join(", "), steps.collect::<String>());
            problems.push(format!(
                "{}: {names} import each other; at most {MAX_CIRCLE} files may, a parent and its own children:{steps}",
                self.folder
            ));
        }
        problems
    }

    /// The smallest room that a file is in.
    fn room(&self, file: &str) -> Option<&Room> {
        let holds = |room: &&Room| {
            file.strip_prefix(&room.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.rooms.iter().filter(holds).max_by_key(|room| room.name.len())
    }

    fn path(&self, file: &str) -> String {
        format!("{}/src/{file}.rs", self.folder)
    }
}

/// Is one of them the parent of all others, and are they few?
fn is_family(files: &[&str]) -> bool {
    let is_child = |file: &str, parent: &str| {
        let parent = parent.trim_end_matches("/mod");
        file.rsplit_once('/').map_or(matches!(parent, "lib" | "main"), |(folder, _)| folder == parent)
    };
    files.len() <= MAX_CIRCLE
        && files.iter().any(|parent| files.iter().all(|file| file == parent || is_child(file, parent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 4] = ["lib", "http", "ledger", "ledger/order"];

    fn problems(list: &str, edges: &[(usize, usize)]) -> Vec<String> {
        let edge =
            |(from, to): &(usize, usize)| Edge { from: *from, to: *to, line: 7, path: "crate::x".to_owned() };
        let imports =
            Imports { files: FILES.map(str::to_owned).to_vec(), edges: edges.iter().map(edge).collect() };
        parse(list)[0].problems(&imports)
    }

    #[test]
    fn imports_point_down() {
        check(&Project::find().unwrap()).unwrap_or_else(|failure| panic!("{failure}"));
    }

    #[test]
    fn every_crate_is_listed() {
        let project = Project::find().unwrap();
        let crates = fs::read_dir(project.root.join("crates")).unwrap();
        let crates = crates.map(|entry| format!("crates/{}", entry.unwrap().file_name().display()));
        let mut expected: Vec<String> =
            crates.chain([".", "xtask", "tests/e2e"].map(str::to_owned)).collect();
        expected.sort();
        let mut listed: Vec<String> =
            read_list(&project).unwrap().into_iter().map(|layers| layers.folder).collect();
        listed.sort();
        assert_eq!(listed, expected);
    }

    #[test]
    fn import_that_points_down_is_allowed() {
        assert_eq!(problems("[a]\nlib\nhttp\nledger", &[(0, 1), (0, 3), (1, 2), (2, 3)]), [""; 0]);
    }

    #[test]
    fn import_that_points_up_is_refused() {
        let found = problems("[a]\nlib\nhttp\nledger", &[(3, 1)]);
        let reason = "`ledger` is below `http`, so that only `http` may import `ledger`";
        assert_eq!(found, [format!("a/src/ledger/order.rs:7: `crate::x` is in `http`: {reason}")]);
    }

    #[test]
    fn import_within_a_layer_is_refused() {
        let found = problems("[a]\nlib\nhttp ledger", &[(1, 2)]);
        let reason = "`http` and `ledger` are in one layer and do not import each other";
        assert_eq!(found, [format!("a/src/http.rs:7: `crate::x` is in `ledger`: {reason}")]);
    }

    #[test]
    fn room_within_a_room_has_a_layer_of_its_own() {
        assert_eq!(problems("[a]\nlib\nhttp\nledger/order\nledger", &[(2, 3)]).len(), 1);
    }

    #[test]
    fn file_without_a_room_and_room_without_a_file_are_refused() {
        let found = problems("[a]\nlib\nledger\nnowhere", &[]);
        assert_eq!(
            found,
            [
                "a/src/http.rs: is in no room of xtask/layers.txt",
                "xtask/layers.txt: [a] has no room `nowhere`"
            ]
        );
    }

    #[test]
    fn circle_is_a_parent_with_its_children() {
        assert_eq!(problems("[a]\nlib\nhttp\nledger", &[(2, 3), (3, 2)]), [""; 0]);
        assert!(is_family(&["ledger", "ledger/a", "ledger/b", "ledger/c"]));
        for circle in [
            &["ledger", "ledger/a", "ledger/b", "ledger/c", "ledger/d"][..],
            &["ledger/a", "ledger/b"],
            &["ledger", "ledger/a/b"],
            &["http", "ledger"],
        ] {
            assert!(!is_family(circle), "{circle:?}");
        }
    }
}
