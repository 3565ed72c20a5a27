{% load static %}// Takes what a phone's gallery shares with this app, and nothing else: no page goes through here.

import { keep } from "{% static 'js/phone/kept.js' %}";

const ADD = "{{ add }}";

addEventListener("install", () => self.skipWaiting());
addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === ADD) event.respondWith(receive(event.request));
});

async function receive(request) {
  return Response.redirect(new URL(`${ADD}?${await outcome(request)}`, location.origin), 303);
}

async function outcome(request) {
  try {
    const files = (await request.formData()).getAll("{{ field }}").filter((one) => one instanceof File);
    await keep(files);
    return files.length ? "shared" : "missed";
  } catch (error) {
    return error?.name === "QuotaExceededError" ? "full" : "missed";
  }
}
