//! The known name that somebody probably meant by one that is not known.

/// Names that are longer than this are not compared: none of ours is, and the cost grows with the
/// product of the lengths.
const MAX_NAME: usize = 40;

/// One slip to every so many letters of the longer name, at least one.
const LETTERS_TO_A_SLIP: usize = 4;

/// The known name that is nearest to a given one, if it is near. Case, hyphens and underscores do not
/// count: `group_number` and `GROUP-NUMBER` are spelt as others spell `groupNumber`. A slip is a letter
/// too many, too few, in the place of another, or exchanged with its neighbour.
pub(super) fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if given.len() > MAX_NAME {
        return None;
    }
    let given = plain(given);
    known
        .map(|name| {
            let plain = plain(name);
            let longest = plain.len().max(given.chars().count());
            let slips = strsim::osa_distance(&given, &plain);
            (slips, longest, name)
        })
        .filter(|(slips, longest, _)| {
            let allowed = (longest / LETTERS_TO_A_SLIP).max(1);
            // A name of which nothing is left is none.
            *slips <= allowed && slips < longest && longest - slips > 1
        })
        .min_by_key(|(slips, _, _)| *slips)
        .map(|(_, _, name)| name)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The names of ours in serde's message about an unknown one, which it puts between backquotes after
/// the word "expected". What was sent stands before, whatever it contains.
pub(super) fn expected_names(message: &str) -> impl Iterator<Item = &str> {
    let expected = message
        .rsplit_once("`, expected ")
        .map_or("", |(_, expected)| expected);
    expected.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 8] = [
        "groupNumber",
        "productCode",
        "domain",
        "additionalDomains",
        "csr",
        "csrId",
        "remarks",
        "validityYears",
    ];

    fn meant(given: &str) -> Option<&'static str> {
        nearest(given, KNOWN.into_iter())
    }

    #[test]
    fn slips_of_the_pen_are_recognised() {
        for (given, name) in [
            ("groupNumer", "groupNumber"),
            ("groupnumber", "groupNumber"),
            ("group_number", "groupNumber"),
            ("Group-Number", "groupNumber"),
            ("gruopNumber", "groupNumber"),
            ("productcode", "productCode"),
            ("domains", "domain"),
            ("additionalDomain", "additionalDomains"),
            ("crs", "csr"),
            ("CSR", "csr"),
            ("csrid", "csrId"),
            ("csr_id", "csrId"),
            ("remark", "remarks"),
            ("validityYear", "validityYears"),
        ] {
            assert_eq!(meant(given), Some(name), "{given}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for given in [
            "",
            "_",
            "x",
            "color",
            "organization",
            "cw_53cr37",
            "number",
            "код",
            "dom",
        ] {
            assert_eq!(meant(given), None, "{given}");
        }
        assert_eq!(meant(&"groupNumber".repeat(10)), None);
        assert_eq!(nearest("anything", std::iter::empty()), None);
    }

    #[test]
    fn only_names_of_ours_are_offered() {
        let names = |message| expected_names(message).collect::<Vec<_>>();
        let one = "unknown field `x`, expected `label` at line 1 column 5";
        assert_eq!(names(one), ["label"]);
        let two = "unknown field `x`, expected `label` or `csr` at line 1 column 5";
        assert_eq!(names(two), ["label", "csr"]);
        let many = "unknown field `x`, expected one of `label`, `csr`, `csrId` at line 1 column 5";
        assert_eq!(names(many), ["label", "csr", "csrId"]);
        let sent = "unknown field `a`, expected one of `b`, `c``, expected `label` at line 1";
        assert_eq!(names(sent), ["label"]);
        let none = "unknown field `x`, there are no fields at line 1 column 5";
        assert_eq!(names(none), Vec::<&str>::new());
    }
}
