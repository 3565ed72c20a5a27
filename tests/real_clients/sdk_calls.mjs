// Calls @immich/sdk for the tests: one JSON object a line in, one out; see `clients.Calls`.
// It knows nothing of Loggia: node sdk_calls.mjs URL KEY
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as sdk from "@immich/sdk";

const [baseUrl, apiKey] = process.argv.slice(2);
sdk.init({ baseUrl, apiKey });
if (!apiKey) delete sdk.defaults.headers["x-api-key"]; // as guests use it

for await (const line of createInterface({ input: process.stdin })) {
  const { call, arguments: given } = JSON.parse(line);
  console.log(JSON.stringify(await answer(call, given)));
}

async function answer(call, given) {
  try {
    const { options, ...parameters } = withFiles(given);
    // Functions without parameters take the options first.
    const first = sdk[call].length < 2 && !Object.keys(parameters).length ? [] : [parameters];
    return { result: await plain(await sdk[call](...first, options)) };
  } catch (error) {
    if (sdk.isHttpError(error)) return { refused: error.status, body: JSON.stringify(error.data) };
    return { broken: `${error}` };
  }
}

// {"path": …, "name": …} becomes a file to send.
function withFiles(value) {
  if (Array.isArray(value) || value === null || typeof value !== "object") return value;
  if ("path" in value) return new File([readFileSync(value.path)], value.name);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withFiles(each)]));
}

async function plain(value) {
  return value instanceof Blob ? { base64: Buffer.from(await value.arrayBuffer()).toString("base64") } : value;
}
