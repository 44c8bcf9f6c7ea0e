/**
 * Talks with itself over loopback, TCP and UDP, and says on which ports: what was told of it can then be compared.
 * Arguments: bytes to send, bytes to answer, who closes first ("client" or "server").
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

const [sent = 0, answered = 0] = process.argv.slice(2, 4).map(Number);
const first = process.argv[4];

const server = createServer({ allowHalfOpen: true }, (socket) => {
  let got = 0;
  socket.on("data", (data) => {
    got += data.length;
    if (got < sent) return;
    if (first === "server") socket.end(Buffer.alloc(answered));
    else socket.write(Buffer.alloc(answered));
  });
  socket.on("end", () => socket.end());
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
await once(client, "connect");
const { localPort } = client;
client.write(Buffer.alloc(sent));
let got = 0;
client.on("data", (data) => {
  got += data.length;
  if (got === answered && first === "client") client.end();
});
client.on("end", () => client.end());
await once(client, "close");
server.close();
await once(server, "close");

const refused = connect({ port, host: "127.0.0.1" });
await once(refused, "error").catch(() => undefined);

const hearer = createSocket("udp4");
hearer.bind(0, "127.0.0.1");
await once(hearer, "listening");
const speaker = createSocket("udp4");
const udpPort = hearer.address().port;
await new Promise<void>((resolve) => speaker.connect(udpPort, "127.0.0.1", resolve));
speaker.send(Buffer.alloc(100));
await once(hearer, "message");
speaker.close();
hearer.close();

console.log(JSON.stringify({ pid: process.pid, port, localPort, udpPort }));
