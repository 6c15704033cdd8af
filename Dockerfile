# Two images from one file, for Docker, Podman and Buildah:
#   docker build --target user-manager -t user-manager .
#   docker build --target profiles-management -t profiles-management .
# BASE needs Python 3.11 or newer with venv. Replace it with a digest to build the same image twice.
ARG BASE=docker.io/library/python:3.12-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/venv
COPY src/profiles_management /opt/app/profiles_management

FROM build AS build-user-manager
# pip reads these variables: a mirror, or a folder of wheels instead of a network. An argument ends
# with its stage.
ARG PIP_INDEX_URL
ARG PIP_FIND_LINKS
ARG PIP_NO_INDEX
COPY requirements-user-manager.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r /tmp/requirements.txt
COPY src/user_manager /opt/app/user_manager
RUN /opt/venv/bin/python -m compileall -q /opt/app \
    && printf '#!/opt/venv/bin/python\nfrom user_manager.commands import entry\nentry()\n' \
        > /opt/venv/bin/user-manager \
    && chmod 755 /opt/venv/bin/user-manager \
    && mkdir -m 700 /var/lib/user-manager

FROM build AS build-profiles-management
ARG PIP_INDEX_URL
ARG PIP_FIND_LINKS
ARG PIP_NO_INDEX
COPY requirements-command.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r /tmp/requirements.txt \
    && /opt/venv/bin/python -m compileall -q /opt/app \
    && printf '#!/opt/venv/bin/python\nfrom profiles_management.cli import entry\nentry()\n' \
        > /opt/venv/bin/profiles-management \
    && chmod 755 /opt/venv/bin/profiles-management

FROM ${BASE} AS run
LABEL org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001

FROM run AS profiles-management
LABEL org.opencontainers.image.title="profiles-management" \
      org.opencontainers.image.description="Kubeflow profiles from one declarative document"
COPY --from=build-profiles-management /opt /opt
ENTRYPOINT ["profiles-management"]
CMD ["--help"]

FROM run AS user-manager
LABEL org.opencontainers.image.title="user-manager" \
      org.opencontainers.image.description="People ask for access, owners decide, the cluster follows"
COPY --from=build-user-manager /opt /opt
# the database of a single instance; a volume that is mounted there gets this owner
COPY --from=build-user-manager --chown=10001:10001 /var/lib/user-manager /var/lib/user-manager
EXPOSE 8000 50051 9090
VOLUME /var/lib/user-manager
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "from os import environ; from urllib.request import urlopen; \
port = environ.get('USER_MANAGER_METRICS_PORT', '9090'); \
urlopen(f'http://127.0.0.1:{port}/livez', timeout=4)"]
ENTRYPOINT ["user-manager"]
CMD ["serve"]
