# A service that embeds raftbeat, such as examples/service-in-a-container.ts as src/service.ts: `npm run build` compiles it into dist.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist ./dist
RUN install -d -o 1000 -g 1000 -m 0700 /var/lib/election
ENV RAFTBEAT_DATA=/var/lib/election RAFTBEAT_HTTP=0.0.0.0:8400
USER 1000:1000
VOLUME /var/lib/election
EXPOSE 7400 8400 8080
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8400/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm or a shell: the process itself must get SIGTERM, which hands the leadership over.
ENTRYPOINT ["node", "dist/service.js"]
