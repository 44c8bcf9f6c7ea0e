// Plays everybody out there: the package mirror ("pong"), the attacker's TCP and UDP ports, the metadata service.
// Each prints what reaches it, to standard output.
import { createSocket } from "node:dgram";
import { createServer as createHttp } from "node:http";
import { createServer as createTcp } from "node:net";

const say = (who, text) => process.stdout.write(`${who} ${JSON.stringify(text.trim())}\n`);

const servers = [
  createHttp((request, response) => {
    say("mirror", `${request.method} ${request.url}`);
    response.end("pong: the package you asked for\n");
  }).listen(8080, "10.66.0.1"),
  createTcp((socket) => socket.on("data", (data) => say("attacker-tcp", data.toString()))).listen(
    4444,
    "10.66.0.9",
  ),
  createHttp((request, response) => {
    say("metadata", `${request.method} ${request.url}`);
    response.end("AKIAEXAMPLEKEY\n");
  }).listen(80, "169.254.169.254"),
];
const udp = createSocket("udp4", (data) => say("attacker-udp", data.toString()));
udp.bind(5353, "10.66.0.9");

await Promise.all(
  [...servers, udp].map((server) => new Promise((resolve) => server.once("listening", resolve))),
);
process.stdout.write("ready\n");
