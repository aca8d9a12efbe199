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

async function failure(asked) {
  try {
    return await asked;
  } catch (error) {
    return { status: error.response?.status, type: error.response?.data?.resourceType };
  }
}

const parts = { read };
console.log(JSON.stringify(await parts[process.argv[2]]()));
