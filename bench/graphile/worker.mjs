// Works graphile-worker's queue: one POST a job, over connections that stay open. It ends when its standard input does.
import http from "node:http";
import { Logger, run } from "graphile-worker";

const { DATABASE_URL, GREENHOUSE_URL, CREATED_BY } = process.env;
const workers = Number(process.env.WORKERS);
const agent = new http.Agent({ keepAlive: true, maxSockets: workers });
const url = new URL("/v1/partner/candidates", GREENHOUSE_URL);

function post({ org, candidate }) {
  const body = JSON.stringify(candidate);
  const key = `bench-key-of-company-${String(org).padStart(4, "0")}`;
  const headers = {
    Authorization: "Basic " + Buffer.from(key + ":").toString("base64"),
    "On-Behalf-Of": CREATED_BY,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers, timeout: 40_000 }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`));
        resolve(JSON.parse(Buffer.concat(parts)).id);
      });
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.end(body);
  });
}

const runner = await run({
  preset: {
    worker: {
      connectionString: DATABASE_URL,
      maxPoolSize: Number(process.env.CONNS),
      concurrentJobs: workers,
      pollInterval: 100,
      localQueue: { size: 2 * workers },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => () => {}),
    },
  },
  noHandleSignals: true,
  taskList: { post: async (payload) => void (await post(payload)) },
});
process.stdin.on("end", async () => {
  await runner.stop();
  agent.destroy();
  process.exit(0);
});
process.stdin.resume();
console.log("ready");
await runner.promise;
