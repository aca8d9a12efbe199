// The story told by fhirclient (JavaScript).
import { readFileSync } from "node:fs";
import FHIR from "fhirclient";

const job = JSON.parse(readFileSync(0, "utf8"));
const client = new FHIR.FhirClient(job.base);
const shown = { headers: { Authorization: `Bearer ${job.token}` } };
const ask = (path, options = {}) => client.fhirRequest(path, { ...shown, ...options });

async function read() {
  const paged = [];
  for await (const page of client.pages(`CarePlan?status=active&_sort=_id&_count=${job.page}`, shown)) {
    paged.push(...(page.entry ?? []).map((entry) => entry.resource.id));
  }
  const found = await ask(`CarePlan?patient=Patient/${job.patient}&status=active`);
  const history = await ask(`CarePlan/${job.plan}/_history`);
  const plan = await ask(`CarePlan/${job.plan}`);
  const read = structuredClone(plan);
  await client.resolveReferences(plan, ["subject"], shown);
  return {
    statement: await ask("metadata"),
    found: found.entry.map((entry) => entry.resource.id),
    paged,
    read,
    subject: plan.subject.id,
    history: history.entry.map((entry) => entry.resource.meta.versionId),
    version: await ask(`CarePlan/${job.plan}/_history/1`),
    missing: (await failure(ask("CarePlan/nobody"))).type,
  };
}

async function write() {
  const created = await client.create(job.body, shown);
  const updated = await client.update({ ...created, title: "Endret" }, shown);
  const place = `CarePlan/${created.id}`;
  const patched = await client.patch(place, [{ op: "replace", path: "/title", value: "Endret igjen" }], shown);
  const stale = { ...created, title: "Fra en gammel kopi" };
  const conflict = (await failure(client.update(stale, shown))).code;
  await client.delete(place, shown);
  return {
    created,
    updated,
    patched,
    conflict,
    gone: (await failure(ask(place))).code,
  };
}

async function failure(asked) {
  try {
    return await asked;
  } catch (error) {
    return {
      code: /IPK-[A-Z][0-9]{3}/.exec(error.message)?.[0],
      type: /OperationOutcome/.test(error.message) ? "OperationOutcome" : error.message,
    };
  }
}

const parts = { read, write };
console.log(JSON.stringify(await parts[process.argv[2]]()));
