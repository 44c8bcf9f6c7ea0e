export * from "./verdict-record.js";
