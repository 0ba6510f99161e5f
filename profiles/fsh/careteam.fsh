Profile: IpCareTeam
Parent: CareTeam
Id: ip-careteam
Title: "Team (koordinator and ansvarsgruppe)"
Description: "The coordinator and everybody around the person, with or without a plan. A participant that has ended stays, with an end to its period."
* insert Published
* insert UriIdentifier
* status MS
* category 1..* MS
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains careCoordination 0..1
* category[careCoordination] = $loinc#LA28865-6
* category[careCoordination] ^short = "Longitudinal care coordination; gives way to another LOINC code of the sender"
* name MS
* subject 1..1 MS
* subject only Reference(Patient)
* period MS
* participant MS
* participant.extension contains
    ip-oppnevnt-av named oppnevntAv 0..1 MS and
    ip-rettsgrunnlag named rettsgrunnlag 0..1 MS and
    ip-bidrag named bidrag 0..1 MS and
    ip-ansvarsgruppe named ansvarsgruppe 0..1 MS and
    ip-deltaker-tilgang named tilgang 0..1 MS and
    ip-avslutning named avslutning 0..1 MS
* participant.role MS
* insert SlicedBySystem(participant.role)
* participant.role contains rolle 0..1
* participant.role[rolle] ^short = "Rolle (role in the team)"
* insert CodesOf(participant.role, rolle, rolle)
* participant.member MS
* participant.period MS
* managingOrganization MS
* telecom MS
* note.extension contains ip-venter named field 0..1
