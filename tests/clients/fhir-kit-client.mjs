// The story told by fhir-kit-client.
import { readFileSync } from "node:fs";
import { Client } from "fhir-kit-client";

const job = JSON.parse(readFileSync(0, "utf8"));
const client = new Client({ baseUrl: job.base, bearerToken: job.token });
const resourceType = "CarePlan";

async function read() {
  const search = (searchParams, options) => client.search({ resourceType, searchParams, options });
  const paged = [];
  for (
    let bundle = await search({ status: "active", _sort: "_id", _count: job.page });
    bundle;
    bundle = await client.nextPage({ bundle })
  ) {
    paged.push(...(bundle.entry ?? []).map((entry) => entry.resource.id));
  }
  const found = await search({ patient: `Patient/${job.patient}`, status: "active" });
  const posted = await search({ patient: job.patient, status: "active" }, { postSearch: true });
  const history = await client.history({ resourceType, id: job.plan });
  return {
    statement: await client.capabilityStatement(),
    smart: (await failure(client.smartAuthMetadata())).status,
    found: found.entry.map((entry) => entry.resource.id),
    posted: posted.entry.map((entry) => entry.resource.id),
    paged,
    read: await client.read({ resourceType, id: job.plan }),
    again: (await client.resolve({ reference: `CarePlan/${job.plan}` })).id,
    history: history.entry.map((entry) => entry.resource.meta.versionId),
    version: await client.vread({ resourceType, id: job.plan, version: "1" }),
    missing: (await failure(client.read({ resourceType, id: "nobody" }))).type,
  };
}

async function write() {
  const created = await client.create({ resourceType, body: job.body });
  const { id } = created;
  const updated = await client.update({ resourceType, id, body: { ...created, title: "Endret" } });
  const jsonPatch = [{ op: "replace", path: "/title", value: "Endret igjen" }];
  const patched = await client.patch({ resourceType, id, jsonPatch });
  const stale = { ...created, title: "Fra en gammel kopi" };
  const conflict = (await failure(client.update({ resourceType, id, body: stale }))).code;
  await client.delete({ resourceType, id });
  return {
    created,
    updated,
    patched,
    conflict,
    gone: (await failure(client.read({ resourceType, id }))).code,
  };
}

async function failure(asked) {
  try {
    return await asked;
  } catch (error) {
    return { status: error.response?.status, type: error.response?.data?.resourceType, code: code(error.response?.data) };
  }
}

const code = (outcome) => outcome?.issue?.[0]?.details?.coding?.[0]?.code;
const parts = { read, write };
console.log(JSON.stringify(await parts[process.argv[2]]()));
