//! The kinds of resources of FHIR: which hold a patient, which nobody.

use crate::words::{hash, list};

/// Definitions and vocabularies, which have no patient (HL7 FHIR R4, 2.1.28.2).
const OF_NOBODY: &[u64] = list!(
    "capabilitystatement structuredefinition implementationguide searchparameter messagedefinition \
     operationdefinition compartmentdefinition structuremap graphdefinition examplescenario codesystem valueset \
     conceptmap namingsystem terminologycapabilities questionnaire plandefinition activitydefinition measure \
     library testscript"
);

/// All others of R4 and R5, and those that earlier versions had.
const OTHERS: &[u64] = list!(
    "account adverseevent allergyintolerance appointment appointmentresponse auditevent basic binary \
     biologicallyderivedproduct biologicallyderivedproductdispense bodystructure bundle careplan careteam \
     catalogentry chargeitem chargeitemdefinition citation claim claimresponse clinicalimpression \
     clinicalusedefinition communication communicationrequest composition condition conditiondefinition consent \
     contract coverage coverageeligibilityrequest coverageeligibilityresponse detectedissue device \
     deviceassociation devicedefinition devicedispense devicemetric devicerequest deviceusage deviceusestatement \
     diagnosticreport documentmanifest documentreference encounter encounterhistory endpoint enrollmentrequest \
     enrollmentresponse episodeofcare eventdefinition evidence evidencereport evidencevariable \
     explanationofbenefit familymemberhistory flag formularyitem genomicstudy goal group guidanceresponse \
     healthcareservice imagingselection imagingstudy immunization immunizationevaluation \
     immunizationrecommendation insuranceplan inventoryitem inventoryreport invoice linkage list location \
     manufactureditemdefinition measurereport media medication medicationadministration medicationdispense \
     medicationknowledge medicationrequest medicationstatement medicinalproduct medicinalproductdefinition \
     messageheader molecularsequence nutritionintake nutritionorder nutritionproduct observation \
     observationdefinition operationoutcome organization organizationaffiliation packagedproductdefinition \
     parameters patient paymentnotice paymentreconciliation permission person practitioner practitionerrole \
     procedure provenance questionnaireresponse regulatedauthorization relatedperson requestgroup \
     requestorchestration requirements researchdefinition researchelementdefinition researchstudy researchsubject \
     riskassessment riskevidencesynthesis schedule servicerequest slot specimen specimendefinition subscription \
     subscriptionstatus subscriptiontopic substance substancedefinition supplydelivery supplyrequest task \
     testplan testreport transport verificationresult visionprescription bodysite conformance dataelement \
     devicecomponent diagnosticorder eligibilityrequest eligibilityresponse expansionprofile imagingmanifest \
     imagingobjectselection medicationorder order orderresponse procedurerequest processrequest processresponse \
     referralrequest sequence servicedefinition"
);

/// Whether a word names a kind of resource: other standards have a `resourceType` too (`AWS::EC2::Instance`).
pub(crate) fn is_resource(kind: &[u8]) -> bool {
    let kind = hash(kind);
    OTHERS.contains(&kind) || OF_NOBODY.contains(&kind)
}

/// Whether a resource is a definition or a vocabulary.
pub(crate) fn of_nobody(kind: &[u8]) -> bool {
    OF_NOBODY.contains(&hash(kind))
}

/// Whether a key is of the message itself and of nobody in it: when a definition was published and the program that
/// serves it, the number of a bundle, the lot of a vaccine and the day on which it expires, when a server answered that
/// it could not. Where the resource stands, and where the key.
pub(crate) fn of_the_message(
    kind: &[u8],
    whole: usize,
    depth: usize,
    key: &[u8],
    parent: &[u8],
    value: &[u8],
) -> bool {
    let top = whole == 1 && depth == 1;
    match kind {
        _ if super::kind(kind) == "Immunization" => matches!(key, b"lotNumber" | b"expirationDate"),
        b"Bundle" => top && key == b"id",
        b"OperationOutcome" => top && key == b"time" && (20..=40).contains(&value.len()),
        _ if whole == 1 && of_nobody(kind) => {
            top && matches!(key, b"date" | b"approvalDate" | b"lastReviewDate" | b"id" | b"name")
                || parent == b"software"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_known_and_other_kinds_of_things_are_none() {
        for kind in ["Patient", "ValueSet", "SubscriptionTopic", "DiagnosticOrder"] {
            assert!(is_resource(kind.as_bytes()), "{kind}");
        }
        for kind in ["Instance", "AWS::EC2::Instance", "gce_subnetwork", "Deployment", "S3Bucket"] {
            assert!(!is_resource(kind.as_bytes()), "{kind}");
        }
        assert!(of_nobody(b"SearchParameter") && !of_nobody(b"Immunization"));
    }

    #[test]
    fn what_is_of_the_message_is_of_nobody_in_it() {
        assert!(of_the_message(b"Bundle", 1, 1, b"id", b"", b"4f1a"));
        assert!(!of_the_message(b"Bundle", 1, 3, b"id", b"resource", b"4f1a"));
        assert!(of_the_message(b"Immunization", 1, 1, b"lotNumber", b"", b"K51J6M"));
        assert!(!of_the_message(b"Device", 1, 1, b"lotNumber", b"", b"K51J6M"));
        assert!(of_the_message(b"SearchParameter", 1, 1, b"date", b"", b"2021-11-02"));
        assert!(!of_the_message(b"SearchParameter", 1, 2, b"birthDate", b"patient", b"2021-11-02"));
    }
}
