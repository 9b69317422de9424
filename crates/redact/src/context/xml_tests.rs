use super::*;

fn leaves(lines: &[&str]) -> Vec<String> {
    let mut tree = Tree::new(Grammar::Xml);
    let mut told = Vec::new();
    for line in lines {
        walk(&mut tree, line.as_bytes(), 0, &mut |_, frames, key, range| {
            let path: Vec<_> =
                frames.iter().map(|f| String::from_utf8_lossy(f.key.name()).into_owned()).collect();
            told.push(format!("{} {} {}", path.join("/"), String::from_utf8_lossy(key), &line[range]));
        });
    }
    told
}

#[test]
fn texts_and_attributes_come_with_the_elements_above() {
    assert_eq!(
        leaves(&["<a:patient", "  id=\"7\">", " <name>", "  Jane Roe", " </name><br>", "<!-- <x>", "-->"]),
        ["patient id 7", "patient name Jane Roe"]
    );
    assert_eq!(
        leaves(&["<name><given value=\"Jane\"/></name><b>1 < 2</b>", "<c><![CDATA[x]]></c>"]),
        ["name given Jane", " b 1", " b 2", " c x"]
    );
    let v3 = "<patientRole><id extension=\"12\" root=\"1.2\"/><telecom value=\"tel:5\"/><birthTime value=\"19700131\"/>";
    assert_eq!(
        leaves(&[v3]),
        [
            "patientRole mrn 12",
            "patientRole/id root 1.2",
            "patientRole/telecom value tel:5",
            "patientRole birthDate 19700131"
        ]
    );
}

#[test]
fn organizations_of_cda_are_facilities() {
    let told = leaves(&["<providerOrganization><name>Vexholm Health</name></providerOrganization>"]);
    assert_eq!(told, ["providerOrganization facility_name Vexholm Health"]);
    let told = leaves(&["<manufacturerOrganization><name>Vexholm Inc.</name></manufacturerOrganization>"]);
    assert_eq!(told, ["manufacturerOrganization name Vexholm Inc."]);
}

#[test]
fn a_tag_that_never_ends_hides_no_other() {
    assert_eq!(leaves(&["<a", " <birthTime value=\"19610203\"/>"]), ["a birthDate 19610203"]);
}

#[test]
fn codes_and_versions_of_templates_are_nobodys() {
    let coded = concat!(
        "<observation><templateId root=\"1.2\" extension=\"2014-06-09\"/>",
        "<code code=\"8867-4\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"Heart Rate\"/>",
    );
    assert_eq!(leaves(&[coded]), ["observation/templateId root 1.2"]);
    assert_eq!(
        leaves(&["<user code=\"7\" displayName=\"Jane Roe\"/>"]),
        ["user code 7", "user displayName Jane Roe"]
    );
    assert_eq!(
        leaves(&["<author><time value=\"20171031104026\"/>"]),
        ["author effectiveDateTime 20171031104026"]
    );
}

#[test]
fn names_in_attributes_and_keys_before_are_keys() {
    assert_eq!(
        leaves(&["<row><field name=\"dob\">1970</field>", "<property key=\"ssn\" value=\"5\"/></row>"]),
        ["row dob 1970", "row ssn 5"]
    );
    assert_eq!(leaves(&["<dict><key>dob</key>", "<date>1970</date></dict>"]), ["dict dob 1970"]);
}

#[test]
fn attributes_of_assertions_are_called_by_their_meaning() {
    assert_eq!(
        leaves(&[
            "<saml:Attribute Name=\"urn:oid:2.5.4.42\"><saml:AttributeValue>Orla</saml:AttributeValue></saml:Attribute>",
            "<Attribute Name=\"http://schemas.example/identity/claims/surname\"><AttributeValue>Quist</AttributeValue>",
        ]),
        ["Attribute first_name Orla", "Attribute surname Quist"]
    );
    assert_eq!(leaves(&["<q><ln>Quist</ln><fn>main</fn></q>"]), ["q last_name Quist", "q fn main"]);
    let section = "<section><text><paragraph>Seen 2026-03-01.</paragraph></text></section>";
    assert_eq!(leaves(&[section]), ["section/text note Seen 2026-03-01."]);
}

#[test]
fn what_is_whole_opens_nothing() {
    assert!(opened(b"<patient><name>Jane</name></patient>").is_none());
    assert!(opened(b"<34>Nov 22 03:41:38 x").is_none() && opened(b"a < b and <= c").is_none());
    assert!(opened(b"<patient>").is_some() && opened(b"<patient").is_some());
    assert!(opened(b"INFO request: <patient>").is_some());
}
