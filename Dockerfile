# Two images without anything but a static binary, which has its own time zones and certificate authorities. They run as nobody.
# For a build that can be repeated name the base by digest: --build-arg GO_IMAGE=golang:1.26@sha256:...
ARG GO_IMAGE=golang:1.26
FROM ${GO_IMAGE} AS build
ARG VERSION=devel
ARG COMMIT=
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -buildid= -X main.stampedVersion=${VERSION} -X main.stampedCommit=${COMMIT}" -o /out/ ./cmd/ghexport ./cmd/greenhouse-sim
# A volume that is mounted here for the first time takes over whose the folder is.
RUN mkdir /out/keys

FROM scratch AS greenhouse-sim
COPY --from=build /out/greenhouse-sim /greenhouse-sim
USER 65532:65532
EXPOSE 8081
ENTRYPOINT ["/greenhouse-sim"]

FROM scratch AS ghexport
ARG VERSION=devel
ARG COMMIT=
LABEL org.opencontainers.image.title=ghexport org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=${VERSION} org.opencontainers.image.revision=${COMMIT}
COPY --from=build /out/ghexport /ghexport
COPY --from=build --chown=65532:65532 /out/keys /keys
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/ghexport"]
CMD ["serve"]
