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

async function failure(asked) {
  try {
    return await asked;
  } catch (error) {
    return { type: error.outcome?.resourceType, code: error.outcome?.issue?.[0]?.code };
  }
}

const parts = { read };
console.log(JSON.stringify(await parts[process.argv[2]]()));
