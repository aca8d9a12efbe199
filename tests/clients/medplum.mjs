// The story told by Medplum's client.
import { readFileSync } from "node:fs";

// Node has it from version 22 on; the package names it as it loads, and uses it for subscriptions alone.
globalThis.WebSocket ??= class extends EventTarget {};
const { MedplumClient } = await import("@medplum/core");

const job = JSON.parse(readFileSync(0, "utf8"));
const client = new MedplumClient({
  baseUrl: job.base.replace(/fhir$/, ""),
  fhirUrlPath: "fhir",
  accessToken: job.token,
  cacheTime: 0,
});

async function read() {
  const paged = [];
  for await (const page of client.searchResourcePages("CarePlan", `status=active&_sort=_id&_count=${job.page}`)) {
    paged.push(...page.map((resource) => resource.id));
  }
  const found = await client.searchResources("CarePlan", `patient=Patient/${job.patient}&status=active`);
  const history = await client.readHistory("CarePlan", job.plan);
  return {
    statement: await client.get(client.fhirUrl("metadata")),
    found: found.map((resource) => resource.id),
    paged,
    read: await client.readResource("CarePlan", job.plan),
    again: (await client.readReference({ reference: `CarePlan/${job.plan}` })).id,
    history: history.entry.map((entry) => entry.resource.meta.versionId),
    version: await client.readVersion("CarePlan", job.plan, "1"),
    missing: (await failure(client.readResource("CarePlan", "nobody"))).type,
  };
}

async function write() {
  const created = await client.createResource(job.body);
  const again = await client.createResourceIfNoneExist(job.body, `identifier=${job.body.identifier[0].value}`);
  const updated = await client.updateResource({ ...created, title: "Endret" });
  const { id } = created;
  const patched = await client.patchResource("CarePlan", id, [{ op: "replace", path: "/title", value: "Endret igjen" }]);
  const stale = { ...created, title: "Fra en gammel kopi" };
  const conflict = (await failure(client.updateResource(stale))).code;
  await client.deleteResource("CarePlan", id);
  return {
    created,
    once: [again.id, false],
    updated,
    patched,
    conflict,
    gone: (await failure(client.readResource("CarePlan", id))).code,
  };
}

async function failure(asked) {
  try {
    return await asked;
  } catch (error) {
    return { type: error.outcome?.resourceType, code: code(error.outcome) };
  }
}

const code = (outcome) => outcome?.issue?.[0]?.details?.coding?.[0]?.code;
const parts = { read, write };
console.log(JSON.stringify(await parts[process.argv[2]]()));
