"""Every action of the Lambda API through boto3. Takes a function's zip file in base64."""
import base64
import json
import sys

import boto3
from botocore.exceptions import ClientError

client = boto3.client("lambda")
errors = client.exceptions
zip_file = base64.b64decode(sys.argv[1])
NAME = "boto-main"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME


def refused(kind, text, action, **arguments):
    try:
        action(**arguments)
    except kind as error:
        assert text in str(error), error
        return error.response
    raise AssertionError(f"{action} was not refused")


def create(name, **more):
    return client.create_function(
        FunctionName=name, Runtime="provided.al2023", Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zip_file}, **more)


created = create(NAME, Environment={"Variables": {"AB": "1"}}, Tags={"owner": "tests"})
assert created["State"] == "Pending", created
assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
client.get_waiter("function_active_v2").wait(FunctionName=NAME)
refused(errors.ResourceConflictException, "Function already exist", create, name=NAME)

# Reading
function = client.get_function(FunctionName=NAME)
assert function["Configuration"]["FunctionArn"] == ARN
assert function["Tags"] == {"owner": "tests"}
configuration = client.get_function_configuration(FunctionName=ARN)
assert configuration["Environment"]["Variables"] == {"AB": "1"}
names = [one["FunctionName"] for page in client.get_paginator("list_functions").paginate()
         for one in page["Functions"]]
assert NAME in names

# Calling
answer = client.invoke(FunctionName=NAME, Payload=json.dumps({"text": "hällo"}), LogType="Tail")
assert json.loads(answer["Payload"].read()) == {"event": {"text": "hällo"}, "arn": ARN}
assert answer["ExecutedVersion"] == "$LATEST"
assert b"REPORT RequestId: " in base64.b64decode(answer["LogResult"])
failed = client.invoke(FunctionName=NAME, Payload=b'"fail"')
assert failed["FunctionError"] == "Unhandled"
assert json.loads(failed["Payload"].read())["errorType"] == "KeyError"
assert client.invoke(FunctionName=NAME, InvocationType="DryRun")["StatusCode"] == 204
assert client.invoke(FunctionName=NAME, InvocationType="Event")["StatusCode"] == 202
response = refused(errors.InvalidRequestContentException, "Could not parse request body into json",
                   client.invoke, FunctionName=NAME, Payload=b"{no json")
assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
assert response["Error"]["Code"] == "InvalidRequestContentException"
refused(errors.ResourceNotFoundException, "Function not found", client.invoke, FunctionName="none")

# Changing
updated = client.update_function_configuration(
    FunctionName=NAME, Timeout=11, RevisionId=configuration["RevisionId"])
client.get_waiter("function_updated_v2").wait(FunctionName=NAME)
refused(errors.PreconditionFailedException, "RevisionId", client.update_function_code,
        FunctionName=NAME, ZipFile=zip_file, RevisionId=configuration["RevisionId"])
client.update_function_code(FunctionName=NAME, ZipFile=zip_file)
client.get_waiter("function_updated_v2").wait(FunctionName=NAME)
assert client.get_function_configuration(FunctionName=NAME)["Timeout"] == 11

# Function URLs
url = client.create_function_url_config(
    FunctionName=NAME, AuthType="NONE", Cors={"AllowOrigins": ["*"]})["FunctionUrl"]
assert client.get_function_url_config(FunctionName=NAME)["FunctionUrl"] == url
assert client.update_function_url_config(FunctionName=NAME, AuthType="AWS_IAM")["AuthType"] == "AWS_IAM"
assert len(client.list_function_url_configs(FunctionName=NAME)["FunctionUrlConfigs"]) == 1
client.delete_function_url_config(FunctionName=NAME)
refused(errors.ResourceNotFoundException, "", client.get_function_url_config, FunctionName=NAME)

# Versions and aliases
published = client.publish_version(FunctionName=NAME)["Version"]
client.get_waiter("published_version_active").wait(FunctionName=NAME, Qualifier=published)
assert client.create_alias(
    FunctionName=NAME, Name="prod", FunctionVersion=published)["AliasArn"] == ARN + ":prod"
assert client.invoke(FunctionName=NAME, Qualifier="prod")["ExecutedVersion"] == published
refused(errors.ResourceConflictException, "Alias already exists", client.create_alias,
        FunctionName=NAME, Name="prod", FunctionVersion=published)
assert [a["Name"] for a in client.list_aliases(FunctionName=NAME)["Aliases"]] == ["prod"]
provisioned = client.put_provisioned_concurrency_config(
    FunctionName=NAME, Qualifier="prod", ProvisionedConcurrentExecutions=1)
assert provisioned["Status"] in ("IN_PROGRESS", "READY")
client.delete_provisioned_concurrency_config(FunctionName=NAME, Qualifier="prod")
refused(errors.ProvisionedConcurrencyConfigNotFoundException, "No Provisioned Concurrency",
        client.get_provisioned_concurrency_config, FunctionName=NAME, Qualifier="prod")

# Layers
layers = [client.publish_layer_version(
    LayerName="boto-layer-" + name, Content={"ZipFile": zip_file})["LayerVersionArn"] for name in "abcdef"]
refused(errors.InvalidParameterValueException, "Cannot reference more than 5 layers.",
        client.update_function_configuration, FunctionName=NAME, Layers=layers)
refused(errors.InvalidParameterValueException, "Layer version " + layers[0] + "7 does not exist.",
        client.update_function_configuration, FunctionName=NAME, Layers=[layers[0] + "7"])
client.update_function_configuration(FunctionName=NAME, Layers=[layers[1], layers[0]])
client.get_waiter("function_updated_v2").wait(FunctionName=NAME)
assert client.get_function(FunctionName=NAME)["Configuration"]["Layers"] == [
    {"Arn": arn, "CodeSize": len(zip_file)} for arn in (layers[1], layers[0])]
pages = client.get_paginator("list_layers").paginate(PaginationConfig={"PageSize": 2})
assert [one["LayerName"] for page in pages for one in page["Layers"]
        if one["LayerName"].startswith("boto-layer-")] == ["boto-layer-" + name for name in "abcdef"]
assert client.get_layer_version_by_arn(Arn=layers[0])["Version"] == 1
for name in "abcdef":
    client.delete_layer_version(LayerName="boto-layer-" + name, VersionNumber=1)
assert client.list_layer_versions(LayerName="boto-layer-a")["LayerVersions"] == []
refused(errors.ResourceNotFoundException, "", client.get_layer_version,
        LayerName="boto-layer-a", VersionNumber=1)
client.update_function_configuration(FunctionName=NAME, Layers=[])
client.get_waiter("function_updated_v2").wait(FunctionName=NAME)
assert "Layers" not in client.get_function_configuration(FunctionName=NAME)

# Event invoke configurations
client.put_function_event_invoke_config(FunctionName=NAME, Qualifier="prod", MaximumRetryAttempts=1)
client.put_function_event_invoke_config(FunctionName=NAME, MaximumEventAgeInSeconds=60)
pages = client.get_paginator("list_function_event_invoke_configs").paginate(
    FunctionName=NAME, PaginationConfig={"PageSize": 1})
assert [one["FunctionArn"] for page in pages for one in page["FunctionEventInvokeConfigs"]] == [
    ARN + ":$LATEST", ARN + ":prod"]
refused(errors.InvalidParameterValueException, "You must specify at least one of",
        client.update_function_event_invoke_config, FunctionName=NAME)
client.delete_function_event_invoke_config(FunctionName=NAME, Qualifier="prod")
refused(errors.ResourceNotFoundException, "doesn't have an EventInvokeConfig",
        client.get_function_event_invoke_config, FunctionName=NAME, Qualifier="prod")

# Policies
permission = dict(FunctionName=NAME, StatementId="sns", Action="lambda:InvokeFunction",
                  Principal="sns.amazonaws.com", Qualifier="prod")
statement = json.loads(client.add_permission(**permission)["Statement"])
assert statement["Resource"] == ARN + ":prod", statement
refused(errors.ResourceConflictException, "The statement id (sns)", client.add_permission, **permission)
policy = client.get_policy(FunctionName=NAME, Qualifier="prod")
assert json.loads(policy["Policy"])["Statement"] == [statement]
refused(errors.PreconditionFailedException, "RevisionId", client.remove_permission,
        FunctionName=NAME, StatementId="sns", Qualifier="prod", RevisionId="x")
client.remove_permission(FunctionName=NAME, StatementId="sns", Qualifier="prod",
                         RevisionId=policy["RevisionId"])
refused(errors.ResourceNotFoundException, "", client.get_policy, FunctionName=NAME, Qualifier="prod")

# Tags
client.tag_resource(Resource=ARN, Tags={"stage": "prod"})
client.untag_resource(Resource=ARN, TagKeys=["owner"])
assert client.list_tags(Resource=ARN)["Tags"] == {"stage": "prod"}
assert client.get_function(FunctionName=NAME, Qualifier=published)["Tags"] == {"stage": "prod"}
refused(errors.InvalidParameterValueException, "Number of tags", client.tag_resource, Resource=ARN,
        Tags={f"key-{number}": "" for number in range(50)})

# Code signing
signing = client.create_code_signing_config(
    AllowedPublishers={"SigningProfileVersionArns": [
        "arn:aws:signer:us-east-1:000000000000:/signing-profiles/me/abcdefghij"]},
    CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"})["CodeSigningConfig"]
signing_arn = signing["CodeSigningConfigArn"]
pages = client.get_paginator("list_code_signing_configs").paginate(PaginationConfig={"PageSize": 1})
assert signing_arn in [one["CodeSigningConfigArn"] for page in pages
                       for one in page["CodeSigningConfigs"]]
client.put_function_code_signing_config(FunctionName=NAME, CodeSigningConfigArn=signing_arn)
refused(errors.CodeVerificationFailedException, "Lambda cannot deploy", client.update_function_code,
        FunctionName=NAME, ZipFile=zip_file)
refused(errors.ResourceConflictException, NAME, client.delete_code_signing_config,
        CodeSigningConfigArn=signing_arn)
client.delete_function_code_signing_config(FunctionName=NAME)
client.delete_code_signing_config(CodeSigningConfigArn=signing_arn)
refused(errors.CodeSigningConfigNotFoundException, signing_arn,
        client.put_function_code_signing_config, FunctionName=NAME, CodeSigningConfigArn=signing_arn)

# What functions have beside their configuration
assert client.get_runtime_management_config(FunctionName=NAME)["UpdateRuntimeOn"] == "Auto"
client.put_runtime_management_config(FunctionName=NAME, Qualifier=published, UpdateRuntimeOn="FunctionUpdate")
client.put_function_recursion_config(FunctionName=NAME, RecursiveLoop="Allow")
assert client.get_function_recursion_config(FunctionName=NAME)["RecursiveLoop"] == "Allow"
refused(errors.InvalidParameterValueException, "CapacityProviderConfig", client.get_function_scaling_config,
        FunctionName=NAME, Qualifier=published)
assert client.invoke_async(FunctionName=NAME, InvokeArgs=b"{}")["Status"] == 202

# Event source mappings
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
iam, sqs = boto3.client("iam"), boto3.client("sqs")
role = iam.create_role(RoleName="boto-reader", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
queue = "arn:aws:sqs:us-east-1:000000000000:boto-"
for name in "abc":
    sqs.create_queue(QueueName="boto-" + name)
client.update_function_configuration(FunctionName=NAME, Role=role)
client.get_waiter("function_updated_v2").wait(FunctionName=NAME)
refused(errors.InvalidParameterValueException, "permissions to call ReceiveMessage on SQS",
        client.create_event_source_mapping, FunctionName=NAME, EventSourceArn=queue + "a")
iam.attach_role_policy(
    RoleName="boto-reader", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole")
mappings = [client.create_event_source_mapping(FunctionName=NAME, EventSourceArn=queue + name)["UUID"]
            for name in "abc"]
pages = client.get_paginator("list_event_source_mappings").paginate(
    FunctionName=NAME, PaginationConfig={"PageSize": 2})
assert sorted(mappings) == [one["UUID"] for page in pages for one in page["EventSourceMappings"]]
refused(errors.ResourceConflictException, mappings[0], client.create_event_source_mapping,
        FunctionName=NAME, EventSourceArn=queue + "a")
assert client.update_event_source_mapping(UUID=mappings[0], BatchSize=5)["State"] == "Updating"
assert client.get_event_source_mapping(UUID=mappings[0])["BatchSize"] == 5
refused(ClientError, "less than or equal to 1000", client.update_event_source_mapping,
        UUID=mappings[0], ScalingConfig={"MaximumConcurrency": 1001})
for uuid in mappings:
    client.delete_event_source_mapping(UUID=uuid)
refused(errors.ResourceNotFoundException, "does not exist", client.get_event_source_mapping, UUID=mappings[0])

# The rest
assert client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000
for name, action, arguments in (
        ("ListCapacityProviders", client.list_capacity_providers, {}),
        ("GetCapacityProvider", client.get_capacity_provider, {"CapacityProviderName": "none"}),
        ("ListDurableExecutionsByFunction", client.list_durable_executions_by_function,
         {"FunctionName": NAME}),
        ("GetDurableExecution", client.get_durable_execution,
         {"DurableExecutionArn": ARN + ":1/durable-execution/a/b"})):
    answer = refused(ClientError, f"Mayfly does not implement lambda:{name} yet", action, **arguments)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
stranger = boto3.client("lambda", aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                        aws_secret_access_key="a" * 40)
refused(ClientError, "The security token included in the request is invalid",
        stranger.list_functions)
client.delete_function(FunctionName=NAME)
refused(errors.ResourceNotFoundException, "Function not found: " + ARN, client.get_function,
        FunctionName=NAME)
