import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RingfenceError } from "@ringfence/model";
import { compile, evaluate, flowFactsOf, parseFlowLine } from "@ringfence/policy";
import { parsePolicy } from "@ringfence/policy/parse";
import {
  answerOf,
  answerText,
  interpreter,
  pools,
  type Question,
  sameAnswer,
} from "@ringfence/policy/testing";
import { hostResolver } from "../host/host-resolver.js";
import { KernelJudge } from "./kernel-judge.js";

// Asks every judge one question, as the differential tests print it: reproduce POLICY.yaml 'FLOW'
// Exit status: 0 when they agree, 1 when they differ, 2 when the question cannot be read.

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));

function main([file, line]: readonly string[]): number {
  if (file === undefined || line === undefined) {
    process.stderr.write("Usage: node packages/agent/dist/testing/reproduce.js POLICY.yaml 'FLOW'\n");
    return 2;
  }
  const { profiles, errors } = parsePolicy(readFileSync(file), file, hostResolver);
  if (errors.length > 0) {
    for (const error of errors) process.stderr.write(`${error.format()}\n`);
    return 2;
  }
  const question = readQuestion(line);
  const { cgroup, container } = question.process;
  const compiled = compile(profiles, { workloads: [...pools.workloads, { cgroup, container }] });
  const reference = answerOf(evaluate(profiles, question.process, question.flow));
  const [interpreted] = interpreter(compiled, [question]);
  using kernel = new KernelJudge(OBJECT);
  const [judged] = kernel.ask(compiled, [question]);
  let status = 0;
  for (const [name, answer] of Object.entries({ reference, interpreter: interpreted, kernel: judged })) {
    process.stdout.write(`${name.padEnd(12)} ${answer === undefined ? "no answer" : answerText(answer)}\n`);
    if (answer === undefined || !sameAnswer(answer, reference)) status = 1;
  }
  return status;
}

/** What the line leaves out is that of a plain process of root. */
function readQuestion(text: string): Question {
  const line = parseFlowLine(text, "the flow");
  const plain = { exe: null, ancestors: [], comm: "", uid: 0, gid: 0, cgroup: "/", container: false };
  return { process: { ...plain, ...line.process }, flow: flowFactsOf(line) };
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof RingfenceError ? error.format() : String(error)}\n`);
  process.exitCode = 2;
}
